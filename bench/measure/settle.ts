import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

const REST_MS = 300;

/**
 * Lets the machine finish what the measurement before has left to do, gigabytes of writes above
 * all: the next one must not pay for it.
 */
export async function settle(): Promise<void> {
  spawnSync('sync');
  await sleep(REST_MS);
}

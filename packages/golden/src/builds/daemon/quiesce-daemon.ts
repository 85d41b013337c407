import { setTimeout as delay } from 'node:timers/promises';
import { connectEngine, type Engine, isWarmdockError, WarmdockError } from '@warmdock/core';
import { abortable } from '@warmdock/core/internal';
import type { CallOptions } from '@warmdock/core/oci';
import { assertNotInUse } from '../../data-root/in-use/assert-not-in-use.js';
import type { RunningDaemon } from './daemon.js';

/** More rounds than pending removals take: what still comes back is started by someone. */
const maxRounds = 50;
const roundMs = 100;

/**
 * Ends a daemon so that its tree can become a golden: removes all containers with their anonymous
 * volumes, stops the daemon, and checks that nothing of it is left.
 *
 * Throws `CONFLICT` when something is left, what the daemon throws, and `CANCELLED`.
 */
export async function quiesceDaemon(
  daemon: RunningDaemon,
  tree: string,
  operation: string,
  options: CallOptions,
): Promise<void> {
  const engine = connectEngine(daemon.host);
  try {
    await removeContainers(engine, operation, options);
  } finally {
    engine.close();
  }
  await abortable(daemon.stop(), operation, options.signal);
  await assertNotInUse(tree, operation, options);
}

/** Only by the API: files removed behind the daemon's back stay counted in its layer database. */
export async function removeContainers(
  engine: Engine,
  operation: string,
  { signal }: CallOptions,
): Promise<void> {
  for (let round = 1; ; round++) {
    const containers = await engine.listContainers({ signal });
    const [first] = containers;
    if (!first) return;
    if (round > maxRounds) {
      throw new WarmdockError(
        'CONFLICT',
        `${operation}: container ${first.names[0] ?? first.id} comes back each time it is removed`,
        { hint: 'Leave the swarm, and end what starts containers, in the start-up script.' },
      );
    }
    if (round > 1) await delay(roundMs);
    await Promise.all(containers.map(({ id }) => remove(engine, id, { signal })));
  }
}

/**
 * A container that is being removed already, such as one with `--rm`, is gone in the next round.
 */
async function remove(engine: Engine, id: string, { signal }: CallOptions): Promise<void> {
  try {
    await engine.removeContainer(id, { force: true, volumes: true, signal });
  } catch (error) {
    if (!(isWarmdockError(error) && error.code === 'CONFLICT')) throw error;
  }
}

import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RootfsProcess } from './rootfs-process.js';

const POLL_MS = 20;
const TAIL_LINES = 20;

export interface ReadyOptions {
  /** Default 30,000. */
  timeoutMs?: number;
}

/**
 * Polls `probe` until it resolves to true; a probe that throws counts as "not yet".
 * Throws, with the tail of the process's log, when the process ends or the time is up.
 */
export async function untilReady(
  what: string,
  process: RootfsProcess,
  probe: () => Promise<boolean>,
  { timeoutMs = 30_000 }: ReadyOptions = {},
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await probe().catch(() => false))) {
    if (process.hasExited()) throw await startFailure(`${what} ended during its start`, process);
    if (Date.now() > deadline) {
      throw await startFailure(`${what} was not ready after ${timeoutMs} ms`, process);
    }
    await sleep(POLL_MS);
  }
}

/** An error with the tail of the process's log. */
export async function startFailure(message: string, { logPath }: RootfsProcess): Promise<Error> {
  const log = await readFile(logPath, 'utf8').catch(() => '(no log)');
  const tail = log.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
  return new Error(`${message}; last lines of ${logPath}:\n${tail}`);
}

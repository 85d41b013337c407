import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { type CallOptions, WarmdockError } from '@warmdock/core';

/** What flock(1) is told to end with when somebody holds a lock. */
const HELD = 75;
const FLOCK = ['--exclusive', '--nonblock', '--conflict-exit-code', String(HELD), '3'];

/**
 * Does another open file hold a lock (flock) on this one, as bbolt does as long as it has it open?
 * Follows no link, and answers false for what is not a file.
 * Throws `UNSUPPORTED` where there is no flock(1) of util-linux, `CANCELLED`.
 */
export async function isLocked(path: string, { signal }: CallOptions = {}): Promise<boolean> {
  if (!(await lstat(path)).isFile()) return false;
  await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  const stdio = ['ignore', 'ignore', 'ignore', file.fd] as const;
  const child = spawn('flock', FLOCK, { stdio: [...stdio], ...(signal && { signal }) });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (cause) => reject(notRun(path, cause, signal)));
    child.once('close', resolve);
  });
  if (code !== 0 && code !== HELD) throw notRun(path, new Error(`it ended with ${code}`));
  return code === HELD;
}

function notRun(path: string, cause: Error, signal?: AbortSignal): WarmdockError {
  const operation = `looking for a lock on ${path}`;
  if (signal?.aborted) return new WarmdockError('CANCELLED', `${operation} was cancelled`);
  return new WarmdockError('UNSUPPORTED', `${operation}: flock failed: ${cause.message}`, {
    hint: 'Install util-linux.',
    cause,
  });
}

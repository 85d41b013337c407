import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { WarmdockError } from '@warmdock/core';
import { cancelled } from '@warmdock/core/internal';
import type { CallOptions } from '@warmdock/core/oci';

/** Descriptors before the first file: the standard ones. */
const FIRST = 3;

/** The exit code of flock(1) for a lock that is held. */
const HELD = '75';

/** One shell for all files: starting a program takes longest. Prints one exit code a line. */
const script = `
fd=${FIRST}
while [ "$fd" -lt "$1" ]; do
  flock --exclusive --nonblock --conflict-exit-code ${HELD} "$fd"
  echo "$?"
  fd=$((fd + 1))
done
`;

/**
 * The files that are locked by flock(2), as bbolt locks a database while it is open. Follows no
 * link and skips what is not a file. Throws `UNSUPPORTED` without flock(1) of util-linux, and
 * `CANCELLED`.
 */
export async function lockedFiles(
  paths: readonly string[],
  options: CallOptions = {},
): Promise<string[]> {
  const files: { path: string; handle: FileHandle }[] = [];
  try {
    for (const path of paths) {
      if (!(await lstat(path)).isFile()) continue;
      files.push({ path, handle: await open(path, constants.O_RDONLY | constants.O_NOFOLLOW) });
    }
    const codes = await tryLocks(
      files.map(({ handle }) => handle.fd),
      options,
    );
    return files.filter((_, index) => codes[index] === HELD).map(({ path }) => path);
  } finally {
    for (const { handle } of files) await handle.close();
  }
}

async function tryLocks(fds: readonly number[], { signal }: CallOptions): Promise<string[]> {
  if (fds.length === 0) return [];
  const stdio = ['ignore', 'pipe', 'pipe', ...fds] as const;
  const argv = ['-c', script, 'sh', String(FIRST + fds.length)];
  const child = spawn('sh', argv, { stdio: [...stdio], ...(signal && { signal }) });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject).once('close', () => resolve());
  });
  const said = Promise.all(
    [child.stdout, child.stderr].map((stream) => (stream ? text(stream) : '')),
  );
  try {
    await ended;
  } catch (cause) {
    throw notRun(cause, signal);
  }
  const [codes = '', errors = ''] = await said;
  const lines = codes.split('\n').slice(0, fds.length);
  if (lines.length === fds.length && lines.every((code) => code === '0' || code === HELD)) {
    return lines;
  }
  throw notRun(new Error((errors || `codes ${lines.join(', ')}`).trim()), signal);
}

function notRun(cause: unknown, signal: AbortSignal | undefined): WarmdockError {
  const operation = 'looking for locks of databases';
  if (signal?.aborted) return cancelled(operation, signal);
  const said = cause instanceof Error ? cause.message.slice(0, 200) : String(cause);
  return new WarmdockError('UNSUPPORTED', `${operation}: flock failed: ${said}`, {
    hint: 'Install util-linux.',
    cause,
  });
}

import { execFile } from 'node:child_process';
import { WarmdockError } from '@warmdock/core';
import { cancelled } from '@warmdock/core/internal';
import type { CallOptions } from '@warmdock/core/oci';

const maxOutputBytes = 2 ** 26;

const full = /No space left on device|Disk quota exceeded/;

/**
 * Runs a program and resolves to its standard output. `operation` reads like "copying generation
 * 3".
 *
 * Throws `UNSUPPORTED` when the program is not installed, `UNAVAILABLE` when the disk is full
 * (programs report that only in words), `CANCELLED`, else `INTERNAL` with its error output.
 */
export function runProgram(
  operation: string,
  program: string,
  args: readonly string[],
  { signal }: CallOptions = {},
  cwd?: string,
): Promise<string> {
  const env = { PATH: absolutePath(), LC_ALL: 'C' };
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(cancelled(operation, signal));
    // Not by execFile's `signal`, which does not wait until the program has ended.
    const spawned = { env, cwd, maxBuffer: maxOutputBytes };
    const child = execFile(program, args, spawned, (error, stdout, stderr) => {
      signal?.removeEventListener('abort', kill);
      if (!error) resolve(stdout);
      else
        reject(
          signal?.aborted
            ? cancelled(operation, signal)
            : failure(operation, program, error, stderr),
        );
    });
    const kill = () => void child.kill('SIGKILL');
    signal?.addEventListener('abort', kill, { once: true });
  });
}

/** PATH without relative entries: `find -execdir` refuses to run with them. */
function absolutePath(): string {
  const folders = (process.env.PATH ?? '').split(':').filter((folder) => folder.startsWith('/'));
  return folders.join(':') || '/usr/sbin:/usr/bin:/sbin:/bin';
}

function failure(operation: string, program: string, error: Error, stderr: string): WarmdockError {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
    return new WarmdockError('UNSUPPORTED', `${operation}: ${program} is not installed`, {
      cause: error,
    });
  }
  const said = stderr.trim().split('\n').slice(0, 3).join('; ').slice(0, 500);
  const isFull = full.test(stderr);
  return new WarmdockError(
    isFull ? 'UNAVAILABLE' : 'INTERNAL',
    `${operation}: ${program} failed: ${said || error.message}`,
    { cause: error, ...(isFull && { hint: 'Make room on the disk, then repeat it.' }) },
  );
}

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { type CallOptions, orCancelled, WarmdockError } from '@warmdock/core';

export interface LockFileOptions extends CallOptions {
  /** How long to wait for another holder to let go; default 0. */
  readonly waitMs?: number | undefined;
  /** For errors, as in "promotion of project app". */
  readonly operation: string;
}

/** What flock(1) is told to end with when it did not get the lock in time. */
const heldExitCode = 75;

/**
 * Holds an exclusive lock on a file, which is made where it is missing, until it is disposed of or
 * this process ends in whatever way.
 *
 * Throws `CONFLICT` when another holds it longer than `waitMs`, this process or another one;
 * `UNSUPPORTED` where there is no flock(1) of util-linux; `UNAVAILABLE` for other reasons; `CANCELLED`.
 */
export async function lockFile(path: string, options: LockFileOptions): Promise<AsyncDisposable> {
  const { waitMs = 0, signal, operation } = options;
  const holder = startHolder(path, waitMs);
  const release = () => {
    holder.stdin.destroy();
    return ended;
  };
  const ended = new Promise<void>((resolve) => {
    holder.once('close', () => resolve());
  });
  try {
    await orCancelled(untilHeld(holder, path, operation), operation, signal);
  } catch (error) {
    holder.kill('SIGKILL');
    await release();
    throw error;
  }
  return { [Symbol.asyncDispose]: release };
}

/**
 * A process of its own holds the lock while our end of its input is open: Node.js cannot, and the
 * kernel closes that end when we are killed. It has its own session, so that no Ctrl-C reaches it.
 */
function startHolder(path: string, waitMs: number): ChildProcessWithoutNullStreams {
  const wait = waitMs > 0 ? ['--timeout', String(waitMs / 1000)] : ['--nonblock'];
  const options = ['--exclusive', ...wait, '--conflict-exit-code', String(heldExitCode)];
  const holder = spawn('flock', [...options, path, 'sh', '-c', 'echo; exec cat'], {
    detached: true,
    cwd: '/',
  });
  holder.stdin.on('error', () => {});
  return holder;
}

function untilHeld(
  holder: ChildProcessWithoutNullStreams,
  path: string,
  operation: string,
): Promise<void> {
  const said = text(holder.stderr);
  return new Promise((resolve, reject) => {
    holder.stdout.once('data', () => resolve());
    holder.once('error', (cause) => reject(notStarted(operation, cause)));
    holder.once('close', async (code) => {
      reject(code === heldExitCode ? isHeld(operation, path) : failed(operation, path, await said));
    });
  });
}

function isHeld(operation: string, path: string): WarmdockError {
  return new WarmdockError('CONFLICT', `${operation}: ${path} is locked by another process`, {
    hint: `wait until it has ended; \`fuser -v ${path}\` tells which one it is`,
  });
}

function failed(operation: string, path: string, said: string): WarmdockError {
  return new WarmdockError('UNAVAILABLE', `${operation}: cannot lock ${path}: ${said.trim()}`, {
    hint: 'see whether the folder exists and can be written to',
  });
}

function notStarted(operation: string, cause: Error): WarmdockError {
  return new WarmdockError('UNSUPPORTED', `${operation}: cannot run flock: ${cause.message}`, {
    hint: 'install util-linux',
    cause,
  });
}

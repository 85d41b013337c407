import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, fstatSync, lstatSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import { WarmdockError } from '@warmdock/core';
import { cancelled, messageOf } from '@warmdock/core/internal';
import type { CallOptions } from '@warmdock/core/oci';

export interface LockFileOptions {
  /** How long to wait for another holder to let go; default 0. */
  readonly waitMs?: number | undefined;
  /** Names the operation in errors, as in "promotion of project app". */
  readonly operation: string;
  /** Make the file's folder (0700) where it is missing, even while waiting; default false. */
  readonly makesFolder?: boolean | undefined;
}

/** The exit code of flock(1) when it did not get the lock in time. */
const heldExitCode = 75;

/** How long one flock(1) waits at most: it outlives this process if that is killed. */
const maxWaitMs = 60_000;

/** The descriptor of the file in flock(1), behind the standard ones. */
const lockedDescriptor = 3;

/**
 * Holds an exclusive lock on a file until it is disposed of or this process ends. Makes the file
 * where it is missing.
 *
 * Throws `CONFLICT` when another holds it longer than `waitMs`, this process or another one;
 * `UNSUPPORTED` where there is no flock(1) of util-linux; `UNAVAILABLE` for other reasons; `CANCELLED`.
 */
export async function lockFile(
  path: string,
  options: LockFileOptions,
  context: CallOptions = {},
): Promise<AsyncDisposable> {
  const lock = await tryLockFile(path, options, context);
  if (lock !== undefined) return lock;
  throw new WarmdockError(
    'CONFLICT',
    `${options.operation}: ${path} is locked by another process`,
    { hint: `wait until it has ended; \`fuser -v ${path}\` shows which one it is` },
  );
}

/** Like `lockFile`, but resolves to `undefined` when another holds the lock. */
export async function tryLockFile(
  path: string,
  options: LockFileOptions,
  context: CallOptions = {},
): Promise<AsyncDisposable | undefined> {
  const endMs = performance.now() + (options.waitMs ?? 0);
  for (;;) {
    const leftMs = Math.max(endMs - performance.now(), 0);
    const file = openLock(path, options);
    try {
      const isTaken = await takeLock(
        file,
        path,
        options.operation,
        Math.min(leftMs, maxWaitMs),
        context,
      );
      // A file that was removed or made anew while we waited keeps nobody out: once more.
      if (isTaken && isAt(path, file)) {
        return { [Symbol.asyncDispose]: async () => closeSync(file) };
      }
      closeSync(file);
      if (!isTaken && leftMs <= maxWaitMs) return undefined;
    } catch (error) {
      closeSync(file);
      throw error;
    }
  }
}

/** A plain descriptor: a `FileHandle` that nobody refers to any more closes itself. */
function openLock(path: string, { operation, makesFolder }: LockFileOptions): number {
  try {
    if (makesFolder) mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    return openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  } catch (cause) {
    throw failed(operation, path, messageOf(cause), cause);
  }
}

function isAt(path: string, file: number): boolean {
  const [opened, found] = [fstatSync(file), lstatSync(path, { throwIfNoEntry: false })];
  return opened.ino === found?.ino && opened.dev === found.dev;
}

/**
 * A lock by flock(2) is the open file's, whichever process asks for it: Node.js cannot ask, a program
 * that inherits the descriptor can, and ends. From then on the lock is ours until we close the file.
 */
async function takeLock(
  file: number,
  path: string,
  operation: string,
  waitMs: number,
  { signal }: CallOptions,
): Promise<boolean> {
  if (signal?.aborted) throw cancelled(operation, signal);
  const flock = startFlock(file, waitMs);
  const said = flock.stderr ? text(flock.stderr) : '';
  const kill = () => void flock.kill('SIGKILL');
  signal?.addEventListener('abort', kill, { once: true });
  try {
    const end = await endOf(flock, operation);
    if (signal?.aborted) throw cancelled(operation, signal);
    if (end === 0 || end === heldExitCode) return end === 0;
    throw failed(operation, path, (await said).trim() || `flock ended with ${end}`);
  } finally {
    signal?.removeEventListener('abort', kill);
  }
}

/** It has its own session, so that no Ctrl-C reaches it. */
function startFlock(file: number, waitMs: number): ChildProcess {
  const wait = waitMs > 0 ? ['--timeout', String(waitMs / 1000)] : ['--nonblock'];
  const conflict = ['--conflict-exit-code', String(heldExitCode)];
  return spawn('flock', ['--exclusive', ...wait, ...conflict, String(lockedDescriptor)], {
    stdio: ['ignore', 'ignore', 'pipe', file],
    detached: true,
    cwd: '/',
  });
}

function endOf(flock: ChildProcess, operation: string): Promise<number | NodeJS.Signals | null> {
  return new Promise((resolve, reject) => {
    flock.once('error', (cause) => reject(notStarted(operation, cause)));
    flock.once('close', (code, signal) => resolve(code ?? signal));
  });
}

function failed(operation: string, path: string, said: string, cause?: unknown): WarmdockError {
  return new WarmdockError('UNAVAILABLE', `${operation}: cannot lock ${path}: ${said}`, {
    hint: 'see whether the folder exists and can be written to',
    cause,
  });
}

function notStarted(operation: string, cause: Error): WarmdockError {
  return new WarmdockError('UNSUPPORTED', `${operation}: cannot run flock: ${cause.message}`, {
    hint: 'install util-linux',
    cause,
  });
}

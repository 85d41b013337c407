import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, fstatSync, lstatSync, openSync, rmSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { cancelled, messageOf, WarmdockError } from '../errors.js';
import { abortable } from './abortable.js';
import type { CallOptions } from './content.js';

export interface LockFileOptions extends CallOptions {
  /** For errors, as in "writing layout /out". */
  readonly operation: string;
  /** How long to wait for another holder to let go; default a minute. */
  readonly waitMs?: number | undefined;
}

/** Where the program finds the open file: behind the standard descriptors. */
const lockedDescriptor = 3;

/**
 * Programs that lock an open file which they inherit, and end: flock(1) of util-linux or busybox, and
 * perl, which is there where no flock(1) is, on macOS.
 */
const programs: readonly (readonly [name: string, ...args: string[]])[] = [
  ['flock', '-x', `${lockedDescriptor}`],
  ['perl', '-e', `open(F, '+<&=', ${lockedDescriptor}) && flock(F, 2) or die "$!\\n"`],
];

export interface FileLock extends AsyncDisposable {
  /** False where no program can lock: then only this process takes turns. */
  readonly isAmongProcesses: boolean;
}

/** By path: settles when all in this process who want the lock have had it. */
const turns = new Map<string, Promise<void>>();

/**
 * Holds an exclusive lock by flock(2) on a file, which is made where it is missing and removed
 * afterwards: as BuildKit locks the index of a layout. It ends with this process at the latest.
 *
 * Node has no call for it, but the lock is the open file's, whichever process asks for it. Throws
 * `CONFLICT` when others hold it for longer than `waitMs`, `UNAVAILABLE` where the file system has no
 * locks, `CANCELLED`.
 */
export async function lockFile(
  path: string,
  { operation, signal, waitMs = 60_000 }: LockFileOptions,
): Promise<FileLock> {
  const enough = AbortSignal.timeout(waitMs);
  const waiting = signal ? AbortSignal.any([signal, enough]) : enough;
  let endTurn = () => {};
  try {
    endTurn = await takeTurn(path, operation, waiting);
    const file = await lockedFile(path, waiting);
    return {
      isAmongProcesses: file !== undefined,
      async [Symbol.asyncDispose]() {
        release(path, file);
        endTurn();
      },
    };
  } catch (cause) {
    endTurn();
    if (signal?.aborted) throw cancelled(operation, signal);
    throw enough.aborted ? held(path, operation) : failed(path, operation, cause);
  }
}

/** In one process nobody has to start a program to find out that it is not its turn. */
async function takeTurn(path: string, operation: string, signal: AbortSignal): Promise<() => void> {
  const before = turns.get(path) ?? Promise.resolve();
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const mine = before.then(() => ended);
  turns.set(path, mine);
  void mine.then(() => turns.get(path) === mine && turns.delete(path));
  try {
    await abortable(before, operation, signal);
    return end;
  } catch (error) {
    end();
    throw error;
  }
}

/** The descriptor of the locked file; `undefined` where there is none of the programs. */
async function lockedFile(path: string, signal: AbortSignal): Promise<number | undefined> {
  for (;;) {
    const file = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o644);
    const isTaken = await takeLock(file, signal).catch((error) => {
      closeSync(file);
      throw error;
    });
    // Who held it before has removed the file: then what we have locked is no lock any more.
    if (isTaken && isAt(path, file)) return file;
    closeSync(file);
    if (!isTaken) return undefined;
  }
}

/** First removed, then let go: who waits for it takes a new one. */
function release(path: string, file: number | undefined): void {
  if (file === undefined) return;
  rmSync(path, { force: true });
  closeSync(file);
}

function isAt(path: string, file: number): boolean {
  const [opened, found] = [fstatSync(file), lstatSync(path, { throwIfNoEntry: false })];
  return opened.ino === found?.ino && opened.dev === found.dev;
}

/** False where there is none of the programs; throws when the one that is there fails. */
async function takeLock(file: number, signal: AbortSignal): Promise<boolean> {
  for (const [name, ...args] of programs) {
    const program = spawn(name, args, {
      stdio: ['ignore', 'ignore', 'pipe', file],
      signal,
      killSignal: 'SIGKILL',
      cwd: '/',
    });
    const said = program.stderr ? text(program.stderr) : '';
    const end = await endOf(program);
    if (end === 0) return true;
    if (end !== 'missing') throw new Error((await said).trim() || `${name} ended with ${end}`);
  }
  return false;
}

function endOf(program: ChildProcess): Promise<number | string> {
  return new Promise((resolve, reject) => {
    program.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ENOENT' ? resolve('missing') : reject(error),
    );
    program.once('close', (code, signal) => resolve(code ?? signal ?? 'nothing'));
  });
}

function held(path: string, operation: string): WarmdockError {
  return new WarmdockError('CONFLICT', `${operation}: ${path} is locked by another process`, {
    hint: `wait until it has ended; \`fuser -v ${path}\` tells which one it is`,
  });
}

function failed(path: string, operation: string, cause: unknown): WarmdockError {
  return new WarmdockError(
    'UNAVAILABLE',
    `${operation}: cannot lock ${path}: ${messageOf(cause)}`,
    { hint: 'see whether the folder can be written to, and its file system has locks', cause },
  );
}

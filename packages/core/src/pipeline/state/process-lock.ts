import { linkSync, lstatSync, mkdirSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { CallOptions } from '../../content/content.js';
import { cancelled } from '../../errors.js';

/** Held until released, or until this process ends in whatever way. */
export interface ProcessLock {
  /** Has whoever takes the lock at one of these paths wait for this one, where nobody holds that. */
  extendTo(paths: readonly string[]): void;
  release(): void;
}

export interface LockOptions extends CallOptions {
  /** How long to wait for another holder before `onWait` is asked. */
  readonly patienceMs: number;
  /** Whether to wait on. */
  readonly onWait: () => Promise<boolean>;
}

/** `free` when nobody had it; `waited` when somebody had it before; `denied` when there is no lock to be had. */
export type LockOutcome =
  | { readonly how: 'free' | 'waited'; readonly lock: ProcessLock }
  | { readonly how: 'denied' };

/**
 * Takes a lock among the processes that see this path.
 *
 * The holder listens on a unix socket there, and whoever waits for it is connected: the end of the
 * holder ends the connection, so nobody polls and a killed holder keeps nobody. Two may hold it at
 * the same time after such a kill: it spares work, and nothing that must be true depends on it.
 * Throws `CANCELLED`.
 */
export async function takeProcessLock(path: string, options: LockOptions): Promise<LockOutcome> {
  let how: 'free' | 'waited' = 'free';
  // Node cuts longer ones off.
  if (Buffer.byteLength(path) > maxPathBytes) return { how: 'denied' };
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    for (;;) {
      const lock = await listen(path);
      if (lock) return { how, lock };
      const socket = identityOf(path);
      const end = await holderEnds(path, options);
      if (end === 'given up') return { how: 'denied' };
      if (end === 'ended') how = 'waited';
      // Unless somebody else listens there by now.
      else if (identityOf(path) === socket) rmSync(path, { force: true });
    }
  } catch {
    if (options.signal?.aborted) throw cancelled('waiting for another load', options.signal);
    // No folder of one's own, a path that is too long for a socket, a file system without sockets.
    return { how: 'denied' };
  }
}

/** Of `sun_path`, less its end. */
const maxPathBytes = 103;

function identityOf(path: string): string | undefined {
  const found = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return found && `${found.ino} ${found.ctimeNs}`;
}

/** `undefined` when somebody else does, or did. */
async function listen(path: string): Promise<ProcessLock | undefined> {
  const waiting = new Set<Socket>();
  const server = createServer((socket) => {
    waiting.add(socket.unref());
    socket.on('error', () => {}).on('close', () => waiting.delete(socket));
    socket.resume();
  });
  server.unref();
  try {
    await listening(server, path);
  } catch (error) {
    if (codeOf(error) === 'EADDRINUSE') return undefined;
    throw error;
  }
  const names = new Set<string>();
  return {
    extendTo(paths) {
      for (const name of paths) if (isLinked(path, name)) names.add(name);
    },
    release() {
      for (const name of names) if (isSameFile(path, name)) rmSync(name, { force: true });
      server.close();
      for (const socket of waiting) socket.destroy();
    },
  };
}

/** Another name of the socket; false where the name is taken, or the file system has no such links. */
function isLinked(path: string, name: string): boolean {
  try {
    linkSync(path, name);
    return true;
  } catch {
    return false;
  }
}

function isSameFile(a: string, b: string): boolean {
  const [one, other] = [a, b].map((path) => lstatSync(path, { throwIfNoEntry: false })?.ino);
  return one !== undefined && one === other;
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(path, () => resolve());
  });
}

/** Waits until the holder ends; `dead` when there is none any more, `given up` when `onWait` says so. */
async function holderEnds(
  path: string,
  { signal, patienceMs, onWait }: LockOptions,
): Promise<'ended' | 'dead' | 'given up'> {
  const socket = connect(path);
  const ended = new Promise<'ended' | 'dead'>((resolve, reject) => {
    let isConnected = false;
    socket
      .on('connect', () => {
        isConnected = true;
      })
      .on('close', () => resolve('ended'))
      .on('error', (error) => {
        const code = codeOf(error);
        if (code === 'EACCES' || code === 'EPERM') reject(error);
        // Else it ended while this one came, or has too many at its door.
        else resolve(code === 'ECONNREFUSED' && !isConnected ? 'dead' : 'ended');
      })
      .resume();
  });
  ended.catch(() => {});
  const over = new AbortController();
  const either = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
  try {
    for (;;) {
      const patience = delay(patienceMs, 'impatient' as const, { signal: either });
      patience.catch(() => {});
      const end = await Promise.race([ended, patience]);
      if (end !== 'impatient') return end;
      if (!(await onWait())) return 'given up';
    }
  } finally {
    over.abort();
    socket.destroy();
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

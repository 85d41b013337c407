import { closeSync, constants, fstatSync, lstatSync, openSync } from 'node:fs';
import { link } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { hasCode } from '../fs/disk-error.js';

/*
 * The maker of a folder's content listens on a socket in it. The kernel refuses connections once
 * that process has ended, in whatever pid, mount or network namespace, and after a restart. It
 * accepts them while the process is busy or stopped. A probe takes a tenth of a millisecond and no
 * program.
 */

/** The maker's socket; processes that took over from a dead maker have `maker.2`, `maker.3`. */
const socketName = (turn: number) => (turn === 1 ? 'maker' : `maker.${turn}`);

/** Marks a folder as being made, until it is disposed of or this process ends. */
export async function announceMaker(folder: string): Promise<AsyncDisposable> {
  const opened = openFolder(folder);
  const server = createServer((connection) => connection.destroy());
  try {
    await listening(server, `${opened.at}/${socketName(1)}`);
  } catch (error) {
    opened[Symbol.dispose]();
    throw error;
  }
  return {
    async [Symbol.asyncDispose]() {
      // Removes the socket by the folder's descriptor: the folder may have been renamed.
      await new Promise((resolve) => server.close(resolve));
      opened[Symbol.dispose]();
    },
  };
}

/** Whether the folder's maker, or one that took over from it, is alive. */
export async function isMakerAlive(folder: string): Promise<boolean> {
  using opened = openFolder(folder);
  return (await takenTurns(opened.at)) === 'alive';
}

/**
 * Takes over the folder of a dead maker, to remove it. False when its owner is alive or the folder
 * is gone. One of several at once succeeds. `own` is the folder where we listen.
 */
export async function takeOverFromDeadMaker(folder: string, own: string): Promise<boolean> {
  try {
    return await becomeOwner(folder, own);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

async function becomeOwner(folder: string, own: string): Promise<boolean> {
  using opened = openFolder(folder);
  for (;;) {
    const turns = await takenTurns(opened.at);
    if (turns === 'alive') return false;
    if (await isLinked(`${own}/${socketName(1)}`, `${opened.at}/${socketName(turns + 1)}`)) break;
  }
  // An earlier owner that has ended may have moved it.
  return opened.isAt(folder);
}

/** How many owners the folder had when all have ended. Earlier versions left no sockets. */
async function takenTurns(at: string): Promise<number | 'alive'> {
  for (let turn = 1; ; turn++) {
    const end = await probeSocket(`${at}/${socketName(turn)}`);
    if (end === 'alive') return 'alive';
    if (end === 'missing' && turn > 1) return turn - 1;
  }
}

async function probeSocket(path: string): Promise<'alive' | 'dead' | 'missing'> {
  const socket = connect(path);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve).once('error', reject);
    });
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 'missing';
    if (hasCode(error, 'ECONNREFUSED')) return 'dead';
    // With more connections waiting than it may have, for one.
    if (hasCode(error, 'EAGAIN')) return 'alive';
    throw error;
  } finally {
    socket.destroy();
  }
  return 'alive';
}

/** Hard-links a listening socket: the link listens at once, and replaces no other. */
async function isLinked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
}

interface OpenedFolder extends Disposable {
  /** A short path, since those of sockets have 107 bytes at most. */
  readonly at: string;
  isAt(path: string): boolean;
}

function openFolder(folder: string): OpenedFolder {
  const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
  const descriptor = openSync(folder, flags);
  return {
    at: `/proc/self/fd/${descriptor}`,
    isAt(path) {
      const [opened, found] = [fstatSync(descriptor), lstatSync(path, { throwIfNoEntry: false })];
      return opened.ino === found?.ino && opened.dev === found.dev;
    },
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { lockMachine } from './machine-lock.js';

const run = promisify(execFile);

const POLL_MS = 50;
const TIMEOUT_MS = 20_000;

/**
 * Makes a ZFS pool in an image file, mounted at a folder, and answers with what destroys it.
 *
 * By zfs-fuse, ZFS as a process: kernels have no ZFS of their own. It serves the whole machine by a
 * socket, and one test file at a time; one that runs already is used. Overlay mounts cannot write to it,
 * so no daemon runs on it.
 */
export async function makeZfsPool(image: string, dir: string): Promise<() => Promise<void>> {
  const turn = await lockMachine('zfs');
  try {
    const destroyPool = await makeOwnPool(image, dir);
    return () => destroyPool().finally(() => turn[Symbol.dispose]());
  } catch (error) {
    turn[Symbol.dispose]();
    throw error;
  }
}

async function makeOwnPool(image: string, dir: string): Promise<() => Promise<void>> {
  const stop = (await isRunning()) ? async () => {} : await startZfs(`${image}.log`);
  const pool = `warmdock-${process.pid}-${Date.now()}`;
  try {
    // Without the cache file no later zfs-fuse looks for the pool.
    await run('zpool', ['create', '-o', 'cachefile=none', '-m', dir, pool, image]);
  } catch (error) {
    await stop();
    throw error;
  }
  return async () => {
    await destroy(pool);
    await stop();
  };
}

const isRunning = () => succeeds('zpool', 'list');

/** It ends with this process, at the latest. */
async function startZfs(logPath: string): Promise<() => Promise<void>> {
  const log = openSync(logPath, 'a');
  const argv = ['KILL', 'zfs-fuse', '--no-daemon', '--no-kstat-mount', '--enable-xattr'];
  const daemon = spawn('setpriv', ['--pdeathsig', ...argv], { stdio: ['ignore', log, log] });
  closeSync(log);
  const ended = once(daemon, 'exit');
  const stop = async () => {
    daemon.kill();
    await ended;
  };
  try {
    await until('zfs-fuse answers', isRunning);
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}

/** Called busy until the unmounting of its folders is through, which it does not wait for. */
async function destroy(pool: string): Promise<void> {
  await until(`${pool} is destroyed`, async () => {
    await succeeds('zpool', 'destroy', '-f', pool);
    return !(await succeeds('zpool', 'list', pool));
  });
}

function succeeds(program: string, ...args: string[]): Promise<boolean> {
  return run(program, args).then(
    () => true,
    () => false,
  );
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + TIMEOUT_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`not so after ${TIMEOUT_MS} ms: ${what}`);
    await sleep(POLL_MS);
  }
}

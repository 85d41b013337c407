import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFileSystem, outputOf, runCommand, startEngine, testbedDir } from '@warmdock/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { assertNotInUse } from '../../src/data-root/in-use/assert-not-in-use.js';

const env = { PATH: process.env.PATH ?? '' };
const sh = (script: string, ...args: string[]) =>
  outputOf(runCommand(['sh', '-c', script, ...args], { env }));

let folder: string;
let tree: string;
const holders: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(testbedDir(), 'quiet-'));
  tree = join(folder, 'sessions/one/tree');
  for (const name of ['volumes', 'overlay2/abc/merged', 'overlay2/abc/diff', 'overlay2/abc/work']) {
    await mkdir(join(tree, 'docker', name), { recursive: true });
  }
  await mkdir(join(folder, 'sessions/other/tree'), { recursive: true });
  await writeFile(join(tree, 'docker/volumes/metadata.db'), '');
});
afterEach(async () => {
  for (const holder of holders.splice(0)) await end(holder);
  await rm(folder, { recursive: true });
});

/** Runs a script in namespaces of its own, and leaves it there when it has printed a line. */
async function hold(script: string, ...namespaces: string[]): Promise<ChildProcess> {
  const argv = [...namespaces, 'sh', '-c', `${script} && echo held && read line`, tree];
  const [program = '', ...args] = ['setpriv', '--pdeathsig', 'KILL', ...argv];
  const holder = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  holders.push(holder);
  const failed = once(holder, 'close').then(() => Promise.reject(new Error(`${script} failed`)));
  await Promise.race([once(holder.stdout, 'data'), failed]);
  failed.catch(() => {});
  return holder;
}

async function end(holder: ChildProcess): Promise<void> {
  if (holder.exitCode !== null) return;
  const ended = once(holder, 'close');
  holder.stdin?.end();
  await ended;
}

const mountNamespace = ['unshare', '--mount', '--propagation', 'private'];
const quiet = () => assertNotInUse(tree, 'releasing session one');
const inUse = (text: RegExp) => ({ code: 'CONFLICT', message: expect.stringMatching(text) });

describe('assertNotInUse', () => {
  test('is content with a tree that nobody uses', async () => {
    await quiet();
  });

  test('waits for a container that starts, which holds all mounts for a moment', async () => {
    const bind = 'mount --bind "$0" "$0/docker/volumes"';
    const moment = `${bind} && (sleep 0.3; umount -l "$0/docker/volumes") &`;
    await hold(`${moment} mountpoint -q "$0/docker/volumes" || sleep 0.1`, ...mountNamespace);
    await quiet();
  });

  test.each(['classic', 'containerd'] as const)(
    'tells of a daemon on the %s store, until it has stopped',
    async (store) => {
      const dataRoot = join(tree, 'docker');
      await rm(dataRoot, { recursive: true });
      await mkdir(dataRoot);
      await using engine = await startEngine({ store, dataRoot });
      await expect(quiet()).rejects.toMatchObject(
        inUse(
          /^releasing session one: .*tree is in use: a daemon has docker\/volumes\/metadata.db open; .* and \d+ more$/,
        ),
      );
      await engine.stop();
      await quiet();
    },
  );

  test('tells of a database that somebody locks', async () => {
    const holder = await hold('exec 9<"$0/docker/volumes/metadata.db" && flock --exclusive 9');
    await expect(quiet()).rejects.toMatchObject(
      inUse(/in use: a daemon has docker\/volumes\/metadata.db open$/),
    );
    await end(holder);
    await quiet();
  });

  test('tells of a mount that was left in the tree', async () => {
    const point = join(tree, 'docker/overlay2/abc/merged');
    await sh('mount -t tmpfs tmpfs "$0"', point);
    try {
      await expect(quiet()).rejects.toMatchObject(
        inUse(new RegExp(`mounted at ${point} \\(tmpfs, seen by process \\d+\\)`)),
      );
    } finally {
      await sh('umount "$0"', point);
    }
    await quiet();
  });

  test.each([
    ['the tree', 'mount --bind "$0" /mnt'],
    ['what holds a layer', 'mount --bind "$0/docker/overlay2/abc/diff" /mnt'],
  ])('tells of a bind mount of %s in another mount namespace', async (_, script) => {
    const holder = await hold(script, ...mountNamespace);
    await expect(quiet()).rejects.toMatchObject(
      inUse(/in use: mounted at \/mnt \(\w+, seen by process \d+\)$/),
    );
    await end(holder);
    await quiet();
  });

  test('tells of a mount on the tree in another mount namespace', async () => {
    await hold('mount -t tmpfs tmpfs "$0/docker/overlay2/abc/merged"', ...mountNamespace);
    await expect(quiet()).rejects.toMatchObject(inUse(/merged \(tmpfs, seen/));
  });

  test('tells of a mount that another root than ours sees', async () => {
    const enter = 'mount --bind "$0" /mnt && mkdir -p /mnt/old && cd /mnt';
    const script = `${enter} && mount -t tmpfs tmpfs docker/overlay2/abc/merged`;
    await hold(script, ...mountNamespace);
    await expect(quiet()).rejects.toMatchObject(
      inUse(/\/mnt\/docker\/overlay2\/abc\/merged \(tmpfs/),
    );
  });

  test('tells of a container that sees its own root alone', async () => {
    const at = '$0/docker/overlay2';
    const layers = `lowerdir=${at}/l,upperdir=${at}/abc/diff,workdir=${at}/abc/work`;
    await mkdir(join(tree, 'docker/overlay2/l'));
    const overlay = `mount -t overlay overlay -o "${layers}" /mnt`;
    await hold(`${overlay} && mkdir /mnt/old && cd /mnt && pivot_root . old`, ...mountNamespace);
    await expect(quiet()).rejects.toMatchObject(inUse(/\(overlay, seen by process/));
  });

  test('finds a mount of a tree that was moved since', async () => {
    await hold('mount --bind "$0/docker" /mnt', ...mountNamespace);
    const moved = join(folder, 'sessions/moved');
    await rename(join(folder, 'sessions/one'), moved);
    await expect(assertNotInUse(join(moved, 'tree'), 'promoting')).rejects.toMatchObject(
      inUse(/mounted at \/mnt/),
    );
  });

  test('is content while another tree is used, or all of the store is mounted elsewhere', async () => {
    await hold('mount --bind "$0/../../other/tree" /mnt', ...mountNamespace);
    await hold('mount --bind "$0/../../.." /mnt', ...mountNamespace);
    await quiet();
  });

  test('is content with the same path in another file system', async () => {
    await using other = await makeFileSystem({ type: 'ext4', sizeMb: 20 });
    await mkdir(join(other.dir, tree), { recursive: true });
    await hold(`mount --bind "${other.dir}$0" /mnt`, ...mountNamespace);
    await quiet();
  });

  test('takes a tree that is a file system of its own for unused until something is on it', async () => {
    await using volume = await makeFileSystem({ type: 'ext4', sizeMb: 20 });
    const ofVolume = () => assertNotInUse(volume.dir, 'releasing session one');
    await hold('true', ...mountNamespace);
    await ofVolume();
    await hold(`mount -t tmpfs tmpfs "${volume.dir}/lost+found"`, ...mountNamespace);
    await expect(ofVolume()).rejects.toMatchObject(inUse(/lost\+found \(tmpfs, seen/));
  });

  test('stops when it is told so', async () => {
    const calling = assertNotInUse(tree, 'promoting', { signal: AbortSignal.abort() });
    await expect(calling).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

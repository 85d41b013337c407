import { execFileSync } from 'node:child_process';
import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { makeFileSystem } from '@warmdock/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GoldenStore, openStore } from '../../src/index.js';
import { addImage, type TestLayer } from '../support/data-root.js';
import { addSmallLayer, makeSmallGolden, proof } from '../support/store-folder.js';

type Release = () => void;

/** Takes all space but so many KiB. */
function fillSpace(folder: string, leaveKb: number): Release {
  const path = join(folder, 'ballast');
  const file = openSync(path, 'w');
  const block = Buffer.alloc(1024, 1);
  try {
    while (freeKb(folder) > leaveKb) writeSync(file, block);
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' });
  } finally {
    closeSync(file);
  }
  return () => rmSync(path);
}

/** Root may take what is kept for it. */
function freeKb(folder: string): number {
  const { bfree, bsize } = statfsSync(folder);
  return (bfree * bsize) / 1024;
}

/** Takes all inodes but so many. */
function fillInodes(folder: string, leave: number): Release {
  const path = join(folder, 'ballast');
  mkdirSync(path);
  for (let i = 0; statfsSync(folder).ffree > leave; i++) writeFileSync(join(path, `${i}`), '');
  return () => rmSync(path, { recursive: true });
}

/** Gives the whole file system a quota that is so many KiB above what it has taken. */
function limitQuota(folder: string, leaveKb: number): Release {
  const btrfs = (...args: string[]) => execFileSync('btrfs', [...args, folder], { stdio: 'pipe' });
  btrfs('quota', 'enable');
  btrfs('quota', 'rescan', '-w');
  btrfs('filesystem', 'sync');
  const table = btrfs('qgroup', 'show', '--raw').toString();
  const usedBytes = Number(/^0\/5\s+(\d+)/m.exec(table)?.[1]);
  btrfs('qgroup', 'limit', String(usedBytes + leaveKb * 1024), '0/5');
  return () => void btrfs('quota', 'disable');
}

describe.each([
  {
    what: 'space',
    disk: { type: 'ext4', sizeMb: 16, inodes: 1200 } as const,
    fill: fillSpace,
    leaves: [0, 320, 330, 340, 360, 400, 480],
    least: 0,
  },
  {
    what: 'inodes',
    disk: { type: 'ext4', sizeMb: 16, inodes: 1200 } as const,
    fill: fillInodes,
    leaves: [0, 1, 3, 6, 12, 20],
    least: 0,
  },
  {
    what: 'quota',
    disk: { type: 'btrfs', sizeMb: 256 } as const,
    fill: limitQuota,
    leaves: [0, 100, 300, 600, 1000],
    // A quota refuses names as well.
    least: 1000,
  },
])('a disk without $what', ({ disk: options, fill, leaves, least }) => {
  let disk: Awaited<ReturnType<typeof makeFileSystem>>;
  let root: string;
  let layers: readonly TestLayer[];
  beforeAll(async () => {
    disk = await makeFileSystem(options);
    root = join(disk.dir, 'store');
    ({ layers } = await makeSmallGolden(root, 12));
  });
  afterAll(() => disk[Symbol.asyncDispose]());

  async function expectWhole(store: GoldenStore): Promise<void> {
    expect((await store.verify({ project: 'app', deep: true })).problems).toEqual([]);
    expect(readdirSync(join(root, 'sessions')).filter((name) => name.startsWith('.'))).toEqual([]);
    expect(readdirSync(join(root, 'trash'))).toEqual([]);
  }

  test('fails clones that say so, and leaves nothing of them', async () => {
    const ends: string[] = [];
    for (const leave of leaves) {
      const store = await openStore(root, { mustExist: true });
      const release = fill(disk.dir, leave);
      const clone = store.clone({ project: 'app', session: 's' });
      const end = await clone.then(
        () => 'made',
        (error) => error,
      );
      release();
      if (end === 'made') await store.release({ session: 's' });
      else expect(end).toMatchObject({ code: 'UNAVAILABLE', hint: expect.stringMatching(/room/) });
      ends.push(end === 'made' ? 'made' : 'refused');
      await expectWhole(store);
    }
    expect(ends).toContain('refused');
  });

  test('stops promotions that are finished when there is room again', async () => {
    const ends: string[] = [];
    for (const leave of leaves) {
      const store = await openStore(root, { mustExist: true });
      const { dataRoot, generation = 0 } = await store.clone({ project: 'app', session: 'next' });
      const layer = addSmallLayer(dataRoot, layers.at(-1));
      const release = fill(disk.dir, leave);
      const end = await store.promote({ session: 'next', proof }).then(
        () => 'made',
        (error) => error,
      );
      expect((await store.inspect({ project: 'app' })).current).toBe(
        end === 'made' ? generation + 1 : generation,
      );
      release();
      if (end !== 'made') expect(end).toMatchObject({ code: 'UNAVAILABLE' });
      ends.push(end === 'made' ? 'made' : 'refused');
      await store.recover();
      if ((await store.inspect({ project: 'app' })).current === generation) {
        await store.promote({ session: 'next', proof });
      }
      const now = await store.clone({ project: 'app', session: 'now' });
      expect(now.generation).toBe(generation + 1);
      const file = join(now.dataRoot, 'overlay2', layer.cacheId, 'diff/file');
      expect(readFileSync(file, 'utf8')).toContain(layer.cacheId);
      await store.release({ session: 'now' });
      await expectWhole(store);
      await store.gc({ keep: 0 });
    }
    expect(ends).toContain('refused');
  });

  test('still lets remove make room', async () => {
    const store = await openStore(root, { mustExist: true });
    const { dataRoot } = await store.clone({ project: 'gone', session: 's', allowEmpty: true });
    addSmallLayer(dataRoot);
    addImage(dataRoot);
    await store.promote({ session: 's', proof });
    const release = fill(disk.dir, least);
    expect(await store.remove({ project: 'gone' })).toMatchObject({ generations: [1] });
    release();
    await expectWhole(store);
    expect(readdirSync(join(root, 'projects'))).toEqual(['app']);
  });

  test('still lets gc and release make room', async () => {
    const store = await openStore(root, { mustExist: true });
    await store.clone({ project: 'app', session: 'next' });
    await store.promote({ session: 'next', proof });
    await store.clone({ project: 'app', session: 's' });
    const release = fill(disk.dir, least);
    await store.release({ session: 's' });
    expect((await store.gc({ keep: 0 })).generations).toHaveLength(1);
    release();
    await expectWhole(store);
  });
});

test('a clone that needs one link more than ext4 allows says so, and leaves nothing', async () => {
  await using disk = await makeFileSystem({ type: 'ext4', sizeMb: 64 });
  const { root, store, layers } = await makeSmallGolden(join(disk.dir, 'store'));
  const [layer] = layers;
  const shared = join(root, 'projects/app/generations/000001/tree/shared/docker/overlay2');
  const file = join(shared, layer?.cacheId ?? '', 'link');
  const links = join(disk.dir, 'links');
  mkdirSync(links);
  for (let count = 1; count < 65_000; count++) linkSync(file, join(links, String(count)));
  await expect(store.clone({ project: 'app', session: 's' })).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining(file),
    hint: expect.stringContaining('Release sessions'),
  });
  expect(readdirSync(join(root, 'sessions'))).toEqual([]);
  rmSync(links, { recursive: true });
  expect(await store.clone({ project: 'app', session: 's' })).toMatchObject({ generation: 1 });
});

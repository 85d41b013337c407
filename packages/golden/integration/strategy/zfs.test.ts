import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFileSystem } from '@warmdock/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../src/index.js';
import { makeSmallGolden, proof } from '../support/store-folder.js';
import { testStrategy } from './strategy-suite.js';

testStrategy('zfs', ['zfs']);

const zfs = (...args: string[]) => execFileSync('zfs', args, { encoding: 'utf8' }).trim();

describe('a store of datasets', () => {
  let disk: Awaited<ReturnType<typeof makeFileSystem>>;
  let count = 0;
  const newRoot = () => join(disk.dir, `store-${count++}`);

  beforeAll(async () => {
    disk = await makeFileSystem({ type: 'zfs', sizeMb: 512 });
  });
  afterAll(() => disk[Symbol.asyncDispose]());

  const pool = () => zfs('list', '-H', '-o', 'name', disk.dir);
  const namesOf = (type: 'filesystem' | 'snapshot') =>
    zfs('list', '-H', '-o', 'name', '-t', type, '-r', pool()).split('\n').filter(Boolean);

  test('a store that the machine did not mount is there when it is opened', async () => {
    const { root, store, layers } = await makeSmallGolden(newRoot(), 1, 'zfs');
    const { dataRoot } = await store.clone({ project: 'app', session: 's1' });
    const files = ['sessions/s1', 'projects/app/generations/000001'].map((at) =>
      join(root, at, 'tree/docker/overlay2', layers[0]?.cacheId ?? '', 'diff/file'),
    );
    expect(files.filter(existsSync)).toEqual(files);
    for (const name of namesOf('filesystem').slice(1)) zfs('unmount', name);
    await expect.poll(() => files.filter(existsSync)).toEqual([]);
    await openStore(root, { mustExist: true });
    expect(files.filter(existsSync)).toEqual(files);
    expect(existsSync(dataRoot)).toBe(true);
    await store.release({ session: 's1' });
  });

  test('a store is opened by many while sessions are made and go', async () => {
    const { root, store } = await makeSmallGolden(newRoot(), 1, 'zfs');
    const live = async (session: string) => {
      for (let round = 0; round < 3; round++) {
        await store.clone({ project: 'app', session });
        await store.release({ session });
      }
    };
    const open = async () => {
      for (let round = 0; round < 20; round++) await openStore(root, { mustExist: true });
    };
    await Promise.all([live('s1'), live('s2'), live('s3'), open(), open()]);
    expect(await store.list()).toMatchObject({ sessions: [], projects: [{ generations: [1] }] });
  });

  test('releases and collections take their own datasets, and no others', async () => {
    const root = newRoot();
    zfs('create', `${pool()}/theirs`);
    zfs('snapshot', `${pool()}@theirs`);
    const before = { datasets: namesOf('filesystem'), snapshots: namesOf('snapshot') };
    const { store } = await makeSmallGolden(root, 1, 'zfs');
    await store.clone({ project: 'app', session: 'old' });
    for (const session of ['second', 'third']) {
      await store.clone({ project: 'app', session });
      await store.promote({ session, proof });
    }
    await store.clone({ project: 'app', session: 'new' });
    await store.release({ session: 'old' });
    expect((await store.gc({ keep: 0 })).generations).toHaveLength(2);
    await store.release({ session: 'new' });
    // One generation, and the snapshot that its clones are made of.
    expect(namesOf('filesystem')).toHaveLength(before.datasets.length + 1);
    expect(namesOf('snapshot')).toHaveLength(before.snapshots.length + 1);
    expect(namesOf('filesystem')).toEqual(expect.arrayContaining(before.datasets));
    expect(namesOf('snapshot')).toEqual(expect.arrayContaining(before.snapshots));
    expect(readdirSync(join(root, 'trash'))).toEqual([]);
    expect(await store.verify({ project: 'app' })).toEqual({ generations: [3], problems: [] });
  });
});

test('datasets of ZFS below that of a session are refused by name, and go with it', async () => {
  await using disk = await makeFileSystem({ type: 'zfs', sizeMb: 320 });
  const root = join(disk.dir, 'store');
  const { store } = await makeSmallGolden(root, 1, 'zfs');
  await store.clone({ project: 'app', session: 's' });
  const dataset = readFileSync(join(root, 'sessions/s/dataset'), 'utf8').trim();
  zfs('create', '-o', 'mountpoint=none', `${dataset}/child`);
  await expect(store.promote({ session: 's', proof })).rejects.toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining(`${dataset}/child`),
    hint: expect.stringContaining(`zfs destroy -r ${dataset}/child`),
  });
  await store.release({ session: 's' });
  expect(zfs('list', '-H', '-o', 'name')).not.toContain(dataset);
  const opened = await openStore(root, { mustExist: true });
  expect(await opened.remove({ project: 'app' })).toMatchObject({ generations: [1] });
  expect(zfs('list', '-H', '-o', 'name')).not.toContain('/warmdock-');
  // It may have to wait for its turn at ZFS.
}, 300_000);

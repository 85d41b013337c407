import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { makeFileSystem } from '@warmdock/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../src/index.js';
import { runVictim } from '../support/run-victim.js';
import { addSmallLayer, makeSmallGolden, proof } from '../support/store-folder.js';

let disk: Awaited<ReturnType<typeof makeFileSystem>>;
let count = 0;
const newRoot = () => join(disk.dir, `store-${count++}`);

/** Trees that are volumes of their own: what moves them is a program that knows nothing of the store. */
describe.each(['btrfs', 'zfs'] as const)('on %s, when it is killed', (type) => {
  beforeAll(async () => {
    disk = await makeFileSystem({ type, sizeMb: 512 });
  });
  afterAll(() => disk[Symbol.asyncDispose]());

  test.each(['promote:journal', 'promote:take', 'promote:seal', 'promote:publish'])(
    'after %s a promotion is finished by who opens the store',
    async (step) => {
      const { root, store, layers } = await makeSmallGolden(newRoot(), 3, type);
      const { dataRoot } = await store.clone({ project: 'app', session: 'next' });
      const layer = addSmallLayer(dataRoot, layers.at(-1));
      expect((await runVictim(root, 'promote next', step)).signal).toBe('SIGKILL');
      const after = await openStore(root, { mustExist: true });
      expect((await after.recover()).actions).toEqual([]);
      expect(after.repaired).toEqual([
        expect.stringContaining('finished the promotion of generation 2'),
      ]);
      const now = await after.clone({ project: 'app', session: 'now' });
      expect(now.generation).toBe(2);
      const file = join(now.dataRoot, 'overlay2', layer.cacheId, 'diff/file');
      expect(readFileSync(file, 'utf8')).toContain(layer.cacheId);
      expect(await after.verify({ project: 'app' })).toEqual({ generations: [1, 2], problems: [] });
      expect((await after.list()).sessions.map(({ session }) => session)).toEqual(['now']);
    },
  );

  test.each(['remove:hide', 'remove:discard'])(
    'after %s a removal is undone or finished, with every volume',
    async (step) => {
      const { root, store } = await makeSmallGolden(newRoot(), 1, type);
      await store.clone({ project: 'app', session: 'next' });
      await store.promote({ session: 'next', proof });
      expect(volumesOf(type, root)).toHaveLength(2);
      expect((await runVictim(root, 'remove app', step)).signal).toBe('SIGKILL');
      const after = await openStore(root, { mustExist: true });
      await after.recover();
      if (step === 'remove:hide') {
        const whole = { generations: [1, 2], problems: [] };
        expect(await after.verify({ project: 'app' })).toEqual(whole);
        expect(await after.remove({ project: 'app' })).toMatchObject({ generations: [1, 2] });
      }
      for (const folder of ['projects', 'trash']) {
        expect(readdirSync(join(root, folder))).toEqual([]);
      }
      expect(volumesOf(type, root)).toEqual([]);
    },
  );
});

/** Subvolumes and datasets below a store, one line each. */
function volumesOf(type: 'btrfs' | 'zfs', root: string): string[] {
  const command = {
    btrfs: ['btrfs', 'subvolume', 'list', disk.dir],
    zfs: ['zfs', 'list', '-H', '-o', 'mountpoint'],
  };
  const [program = '', ...args] = command[type];
  const lines = execFileSync(program, args, { encoding: 'utf8' }).split('\n');
  return lines.filter((line) => line.includes(`${basename(root)}/`));
}

describe('on ZFS', () => {
  beforeAll(async () => {
    disk = await makeFileSystem({ type: 'zfs', sizeMb: 512 });
  });
  afterAll(() => disk[Symbol.asyncDispose]());

  const zfs = (...args: string[]) => execFileSync('zfs', args, { encoding: 'utf8' }).trim();
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

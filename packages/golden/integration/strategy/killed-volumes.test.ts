import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { makeFileSystem } from '@warmdock/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../src/index.js';
import { runVictim } from '../support/run-victim.js';
import { addSmallLayer, makeSmallGolden, proof } from '../support/store-folder.js';

let disk: Awaited<ReturnType<typeof makeFileSystem>>;
let count = 0;
const newRoot = () => join(disk.dir, `store-${count++}`);

/** ZFS is a process here, slow beside other load. */
const timeout = 240_000;

/** Trees that are volumes of their own: what moves them is a program that knows nothing of the store. */
describe.each(['btrfs', 'zfs'] as const)('on %s, when it is killed', { timeout }, (type) => {
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

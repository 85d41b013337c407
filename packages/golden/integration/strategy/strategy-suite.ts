import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFileSystem } from '@warmdock/testkit';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type GoldenStore, openStore, type StrategyName } from '../../src/index.js';
import { addImage, addLayer, addVolume, type TestLayer } from '../support/data-root.js';
import { listingOf } from '../support/listing.js';
import { makeSpecialFiles } from '../support/special-files.js';

const proof = { buildId: 'build', exitCode: 0 } as const;

type FileSystemType = 'ext4' | 'xfs' | 'btrfs' | 'zfs';

/** What every strategy has to do, on each file system that it is for. */
export function testStrategy(strategy: StrategyName, types: readonly FileSystemType[]): void {
  describe.each(types)(`${strategy} on %s`, (type) => suite(strategy, type));
}

function suite(strategy: StrategyName, type: FileSystemType): void {
  let disk: Awaited<ReturnType<typeof makeFileSystem>>;
  let count = 0;
  beforeAll(async () => {
    disk = await makeFileSystem({ type, sizeMb: 512 });
  });
  afterAll(() => disk[Symbol.asyncDispose]());

  /** A store with one generation, of two layers and a volume. */
  async function makeGolden() {
    const root = join(disk.dir, `store-${count++}`);
    const store = await openStore(root, { strategy });
    onTestFinished(() => removeStore(store));
    const { dataRoot } = await store.clone({ project: 'app', session: 'first', allowEmpty: true });
    const base = addLayer(dataRoot, { fill: makeSpecialFiles });
    const top = addLayer(dataRoot, {
      parent: base,
      fill: (diff) => writeFileSync(join(diff, 'top'), 'top'),
    });
    addImage(dataRoot);
    addVolume(dataRoot, 'data', 'golden');
    const special = join(dataRoot, 'volumes/special');
    mkdirSync(special);
    makeSpecialFiles(special);
    const before = [base.diff, top.diff, special].map(listingOf);
    const promotion = await store.promote({ session: 'first', proof });
    const contentIn = (dataRoot: string) =>
      [diffIn(dataRoot, base), diffIn(dataRoot, top), join(dataRoot, 'volumes/special')].map(
        listingOf,
      );
    return { store, base, top, before, contentIn, promotion };
  }

  test('a clone has every file of the golden as it was', async () => {
    const { store, top, before, contentIn } = await makeGolden();
    const { dataRoot, generation } = await store.clone({ project: 'app', session: 's1' });
    expect(generation).toBe(1);
    expect(contentIn(dataRoot)).toEqual(before);
    expect(readFileSync(join(dataRoot, 'volumes/data/_data/file'), 'utf8')).toBe('golden');
    expect(readFileSync(join(dataRoot, 'engine-id'), 'utf8')).toBe('an engine');
    expect(modeOf(join(dataRoot, 'overlay2'))).toBe('710');
    expect(existsSync(join(dataRoot, 'overlay2', top.cacheId, 'committed'))).toBe(true);
  });

  test('a clone has holes where the golden has some', async () => {
    const { store, base } = await makeGolden();
    const { dataRoot } = await store.clone({ project: 'app', session: 's1' });
    for (const folder of [diffIn(dataRoot, base), join(dataRoot, 'volumes/special')]) {
      const { size, blocks } = statSync(join(folder, 'sparse'));
      expect(size).toBe(8 * 2 ** 20);
      expect(blocks * 512).toBeLessThan(2 ** 20);
    }
  });

  test('what a session writes and removes is seen by nobody else', async () => {
    const { store, base, top, before, contentIn } = await makeGolden();
    const [one, other] = await Promise.all(
      ['s1', 's2'].map((session) => store.clone({ project: 'app', session })),
    );
    if (!one || !other) throw new Error('no clones');
    writeFileSync(join(one.dataRoot, 'volumes/data/_data/file'), 'changed');
    writeFileSync(join(one.dataRoot, 'overlay2', base.cacheId, 'committed'), '');
    rmSync(join(one.dataRoot, 'overlay2', top.cacheId), { recursive: true });
    rmSync(join(one.dataRoot, 'image/overlay2/layerdb/sha256', top.chainId), { recursive: true });
    const later = await store.clone({ project: 'app', session: 's3' });
    for (const { dataRoot } of [other, later]) {
      expect(contentIn(dataRoot)).toEqual(before);
      expect(readFileSync(join(dataRoot, 'volumes/data/_data/file'), 'utf8')).toBe('golden');
    }
    expect(await store.verify({ project: 'app', deep: true })).toEqual({
      generations: [1],
      problems: [],
    });
  });

  test('the next generation holds what was added and lacks what was removed', async () => {
    const { store, base, top } = await makeGolden();
    const { dataRoot } = await store.clone({ project: 'app', session: 'next' });
    rmSync(join(dataRoot, 'overlay2', top.cacheId), { recursive: true });
    rmSync(join(dataRoot, 'image/overlay2/layerdb/sha256', top.chainId), { recursive: true });
    execFileSync('find', [join(dataRoot, 'overlay2/l'), '-xtype', 'l', '-delete']);
    const added = addLayer(dataRoot, {
      parent: { ...base, diff: diffIn(dataRoot, base) },
      fill: (diff) => writeFileSync(join(diff, 'added'), 'added'),
    });
    const next = await store.promote({ session: 'next', proof });
    expect(next).toMatchObject({ generation: 2, sizeBytes: expect.any(Number) });
    if (strategy === 'copy') expect(next.addedBytes).toBe(next.sizeBytes);
    else expect(next.addedBytes).toBeLessThan(next.sizeBytes);
    const now = await store.clone({ project: 'app', session: 'now' });
    expect(readFileSync(join(diffIn(now.dataRoot, added), 'added'), 'utf8')).toBe('added');
    expect(existsSync(diffIn(now.dataRoot, top))).toBe(false);
    const old = await store.clone({ project: 'app', session: 'old', generation: 1 });
    expect(readFileSync(join(diffIn(old.dataRoot, top), 'top'), 'utf8')).toBe('top');
    expect((await store.verify({ project: 'app', deep: true })).problems).toEqual([]);
  });

  test('gc takes what no generation needs, and leaves what sessions use', async () => {
    const { store, top } = await makeGolden();
    const user = await store.clone({ project: 'app', session: 'user' });
    for (const session of ['second', 'third']) {
      await store.clone({ project: 'app', session });
      await store.promote({ session, proof });
    }
    expect((await store.gc({ keep: 0 })).generations).toEqual([{ project: 'app', generation: 2 }]);
    expect(readFileSync(join(diffIn(user.dataRoot, top), 'top'), 'utf8')).toBe('top');
    await store.release({ session: 'user' });
    expect((await store.gc({ keep: 0 })).generations).toEqual([{ project: 'app', generation: 1 }]);
    expect((await store.inspect({ project: 'app' })).generations).toHaveLength(1);
    expect((await store.verify({ project: 'app', deep: true })).problems).toEqual([]);
  });
}

function diffIn(dataRoot: string, { cacheId }: TestLayer): string {
  return `${join(dataRoot, 'overlay2', cacheId, 'diff')}/`;
}

function modeOf(path: string): string {
  return execFileSync('stat', ['-c', '%a', path], { encoding: 'utf8' }).trim();
}

async function removeStore(store: GoldenStore): Promise<void> {
  for (const { session } of (await store.list()).sessions) await store.release({ session });
}

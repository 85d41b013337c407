import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type GoldenStore, openStore } from '../../src/index.js';
import { lockFile } from '../../src/store/fs/file-lock.js';
import { projectPaths, storePaths } from '../../src/store/records/paths.js';
import { addImage, addLayer } from '../support/data-root.js';
import { readLease, writeLease } from '../support/lease.js';
import { listingOf } from '../support/listing.js';
import { addSmallLayer, makeSmallGolden, newFolder, proof } from '../support/store-folder.js';

describe('openStore', () => {
  test('makes a store, and opens the same one again', async () => {
    const root = join(newFolder(), 'store');
    const made = await openStore(root);
    expect(made.strategy).toBe('layer-link');
    expect(made.reason).toContain('btrfs');
    const opened = await openStore(root, { mustExist: true });
    expect(opened).toMatchObject({ root, strategy: 'layer-link', reason: made.reason });
    expect((statSync(root).mode & 0o777).toString(8)).toBe('700');
  });

  test('is made once by many at the same time', async () => {
    const root = join(newFolder(), 'store');
    await Promise.all(Array.from({ length: 8 }, () => openStore(root)));
    expect(readdirSync(root).sort()).toEqual(
      ['gc.lock', 'layers', 'projects', 'sessions', 'trash', 'warmdock-golden.json'].sort(),
    );
  });

  test('refuses a folder with something else in it', async () => {
    const root = newFolder();
    writeFileSync(join(root, 'letter'), 'text');
    await expect(openStore(root)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('letter'),
    });
    expect(readdirSync(root)).toEqual(['letter']);
  });

  test('refuses the store of another version', async () => {
    const { root } = await makeSmallGolden();
    const marker = join(root, 'warmdock-golden.json');
    writeFileSync(
      marker,
      JSON.stringify({ ...JSON.parse(readFileSync(marker, 'utf8')), format: 2 }),
    );
    await expect(openStore(root)).rejects.toMatchObject({
      code: 'CONFLICT',
      hint: expect.stringContaining('version'),
    });
  });

  test('refuses a folder that others may write to', async () => {
    const root = newFolder();
    chmodSync(root, 0o777);
    await expect(openStore(root)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
  });

  test('refuses a strategy that does not work there, with the reason', async () => {
    await expect(openStore(join(newFolder(), 's'), { strategy: 'btrfs' })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('not a btrfs'),
    });
  });

  test('refuses another strategy than the store was made with', async () => {
    const { root } = await makeSmallGolden();
    await expect(openStore(root, { strategy: 'copy' })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('layer-link'),
    });
  });

  test.each(['a,b', 'a:b', 'a b', 'a\\b'])(
    'refuses the path %s, which no mount takes',
    async (name) => {
      await expect(openStore(join(newFolder(), name))).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
    },
  );

  test('does not make a store that must exist', async () => {
    const folder = newFolder();
    await expect(openStore(folder, { mustExist: true })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(openStore(join(folder, 'none'), { mustExist: true })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('names', () => {
  const hostile = [
    '',
    '.',
    '..',
    '../up',
    'a/b',
    '/etc',
    '.partial-x',
    '-rf',
    'a b',
    'a\nb',
    'ä',
    'a'.repeat(65),
    'a,b',
    'a:b',
  ];

  test.each(hostile)('%j is no project and no session', async (name) => {
    const { store } = await makeSmallGolden();
    const refused = { code: 'INVALID_ARGUMENT' };
    await expect(store.clone({ project: name, session: 's' })).rejects.toMatchObject(refused);
    await expect(store.clone({ project: 'app', session: name })).rejects.toMatchObject(refused);
    await expect(store.release({ session: name })).rejects.toMatchObject(refused);
    await expect(store.promote({ session: name, proof })).rejects.toMatchObject(refused);
    await expect(store.inspect({ project: name })).rejects.toMatchObject(refused);
    await expect(store.remove({ project: name })).rejects.toMatchObject(refused);
    await expect(store.verify({ project: name })).rejects.toMatchObject(refused);
  });

  test('unknown ones are not found', async () => {
    const { store } = await makeSmallGolden();
    const notFound = { code: 'NOT_FOUND' };
    await expect(store.release({ session: 'none' })).rejects.toMatchObject(notFound);
    await expect(store.promote({ session: 'none', proof })).rejects.toMatchObject(notFound);
    await expect(store.inspect({ project: 'none' })).rejects.toMatchObject(notFound);
    await expect(store.remove({ project: 'none' })).rejects.toMatchObject(notFound);
    await expect(store.verify({ project: 'app', generation: 7 })).rejects.toMatchObject(notFound);
    await expect(
      store.clone({ project: 'app', session: 's', generation: 7 }),
    ).rejects.toMatchObject(notFound);
    expect((await store.list()).sessions).toEqual([]);
  });

  test('a session has its name alone, and of twenty at once one gets it', async () => {
    const { store } = await makeSmallGolden();
    const clones = Array.from({ length: 20 }, () => store.clone({ project: 'app', session: 's' }));
    const ends = await Promise.allSettled(clones);
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const end of ends) {
      if (end.status === 'rejected') expect(end.reason).toMatchObject({ code: 'CONFLICT' });
    }
    expect((await store.list()).sessions.map(({ session }) => session)).toEqual(['s']);
  });
});

describe('a project without a golden', () => {
  test.each([{}, { generation: 3 }])('is not cloned: %j', async (options) => {
    const { root, store } = await makeSmallGolden();
    const clone = store.clone({ project: 'typo', session: 's', ...options });
    await expect(clone).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(new RegExp(`typo.*${root}`)),
    });
    expect(readdirSync(join(root, 'projects'))).toEqual(['app']);
    for (const folder of ['sessions', 'trash']) {
      expect(readdirSync(join(root, folder))).toEqual([]);
    }
  });

  test('is begun by who says that it may start from nothing', async () => {
    const { store } = await makeSmallGolden();
    const made = await store.clone({ project: 'new', session: 's', allowEmpty: true });
    expect(made).toMatchObject({ generation: undefined });
    await expect(store.clone({ project: 'new', session: 's2' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      hint: expect.stringMatching(/golden build new.*allow-empty/),
    });
    const other = await store.clone({ project: 'app', session: 's3', allowEmpty: true });
    expect(other).toMatchObject({ generation: 1 });
  });

  test('is removed, also with what another version left of it', async () => {
    const { root, store } = await makeSmallGolden();
    mkdirSync(join(root, 'projects/empty'));
    const nothing = { generations: [], pooled: 0, freedBytes: 0 };
    expect(await store.remove({ project: 'empty' })).toEqual({ project: 'empty', ...nothing });
    writeFileSync(join(root, 'projects/app/generations/000001/manifest.json'), '{"format":2}');
    expect(await store.remove({ project: 'app' })).toMatchObject({
      generations: [1],
      pooled: 3,
      freedBytes: expect.any(Number),
    });
    for (const folder of ['projects', 'layers', 'trash']) {
      expect(readdirSync(join(root, folder))).toEqual([]);
    }
  });
});

describe('remove', () => {
  test('takes what the project has, and nothing of others whose names are like it', async () => {
    const { root, store } = await makeSmallGolden();
    const like = readdirSync(join(root, 'layers'))[0] ?? '';
    const { dataRoot } = await store.clone({ project: like, session: 's', allowEmpty: true });
    addSmallLayer(dataRoot);
    addImage(dataRoot);
    await store.promote({ session: 's', proof });
    const shared = (await store.usage()).sharedBytes;
    const removal = await store.remove({ project: 'app' });
    expect(removal).toMatchObject({ project: 'app', generations: [1], pooled: 3 });
    expect(shared - (await store.usage()).sharedBytes).toBe(removal.freedBytes);
    expect(readdirSync(join(root, 'projects'))).toEqual([like]);
    expect(readdirSync(join(root, 'trash'))).toEqual([]);
    expect((await store.gc({ dryRun: true })).pooled).toBe(0);
    expect((await store.verify({ project: like, deep: true })).problems).toEqual([]);
  });

  test('is refused while sessions use it, and changes nothing', async () => {
    const { store } = await makeSmallGolden();
    for (const session of ['s1', 's2', 's3', 's4']) await store.clone({ project: 'app', session });
    await expect(store.remove({ project: 'app' })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('s1, s2, s3 and 1 more'),
      hint: expect.stringContaining('release s1 s2 s3'),
    });
    for (const session of ['s1', 's2', 's3', 's4']) await store.release({ session });
    expect((await store.verify({ project: 'app', deep: true })).problems).toEqual([]);
    expect(await store.remove({ project: 'app' })).toMatchObject({ generations: [1] });
  });

  test('is refused while a promotion is under way or unfinished', async () => {
    const { root, store } = await makeSmallGolden();
    const { lock, journal } = projectPaths(storePaths(root), 'app');
    {
      await using _lock = await lockFile(lock, { operation: 'test' });
      await expect(store.remove({ project: 'app' })).rejects.toMatchObject({
        code: 'CONFLICT',
        message: expect.stringContaining('a promotion of it runs'),
      });
    }
    const unfinished = { format: 1, transaction: 't', session: 'lost', generation: 2 };
    const rest = { createdAt: new Date().toISOString(), buildId: 'b', images: [] };
    writeFileSync(journal, JSON.stringify({ ...unfinished, ...rest }));
    await expect(store.remove({ project: 'app' })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('session lost'),
      hint: expect.stringContaining('recover'),
    });
    await store.recover();
    expect(await store.remove({ project: 'app' })).toMatchObject({ generations: [1] });
  });

  test('and clones at the same time: one of them has its way, and nothing is lost', async () => {
    for (let round = 0; round < 5; round++) {
      const { root, store } = await makeSmallGolden();
      const names = Array.from({ length: 4 }, (_, index) => `s${index}`);
      const removal = store.remove({ project: 'app' }).catch((error) => error);
      await sleep(round * 10);
      const clones = await Promise.allSettled(
        names.map((session) => store.clone({ project: 'app', session })),
      );
      const made = clones.filter(({ status }) => status === 'fulfilled');
      const end = await removal;
      for (const clone of clones) {
        if (clone.status === 'rejected') expect(clone.reason).toMatchObject({ code: 'NOT_FOUND' });
      }
      if (end instanceof Error) {
        expect(end).toMatchObject({ code: 'CONFLICT' });
        expect(made.length).toBeGreaterThan(0);
        expect((await store.verify({ project: 'app', deep: true })).problems).toEqual([]);
      } else {
        expect(made).toEqual([]);
        expect(readdirSync(join(root, 'sessions'))).toEqual([]);
      }
    }
  });
});

describe('links that somebody planted', () => {
  test('instead of a layer are refused, and nothing behind them moves', async () => {
    const { store, layers } = await makeSmallGolden();
    const outside = join(newFolder(), 'outside');
    mkdirSync(outside);
    const { dataRoot } = await store.clone({ project: 'app', session: 's' });
    const diff = join(dataRoot, 'overlay2', layers[1]?.cacheId ?? '', 'diff');
    unlinkSync(diff);
    symlinkSync(outside, diff);
    await expect(store.promote({ session: 's', proof })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    expect(statSync(outside).isDirectory()).toBe(true);
    expect((await store.list()).sessions.map(({ session }) => session)).toEqual(['s']);
  });

  test.each(['overlay2', 'image', 'image/overlay2/layerdb'])(
    'instead of the folder %s are refused',
    async (name) => {
      const { store } = await makeSmallGolden();
      const { dataRoot } = await store.clone({ project: 'app', session: 's' });
      const outside = join(newFolder(), 'outside');
      renameSync(join(dataRoot, name), outside);
      symlinkSync(outside, join(dataRoot, name));
      const before = listingOf(outside);
      await expect(store.promote({ session: 's', proof })).rejects.toMatchObject({
        code: 'CONFLICT',
      });
      expect(listingOf(outside)).toBe(before);
    },
  );

  test('in a layer, where a project has its generations, are deleted alone', async () => {
    const outside = newFolder();
    mkdirSync(join(outside, '000001/tree'), { recursive: true });
    writeFileSync(join(outside, '000001/tree/file'), '');
    const { root, store } = await makeSmallGolden();
    const { dataRoot } = await store.clone({ project: 'app', session: 's' });
    addLayer(dataRoot, { fill: (diff) => symlinkSync(outside, join(diff, '.removing')) });
    await store.promote({ session: 's', proof });
    const next = await store.clone({ project: 'app', session: 'next' });
    for (const name of ['overlay2', 'image'])
      rmSync(join(next.dataRoot, name), { recursive: true });
    await store.promote({ session: 'next', proof });
    expect(await store.gc({ keep: 0 })).toMatchObject({ pooled: 4, left: [] });
    expect(readdirSync(join(root, 'trash'))).toEqual([]);
    expect(readdirSync(join(outside, '000001/tree'))).toEqual(['file']);
  });

  test('beside the data root are refused', async () => {
    const { store } = await makeSmallGolden();
    const { dataRoot } = await store.clone({ project: 'app', session: 's' });
    mkdirSync(join(dataRoot, '../shared'));
    await expect(store.promote({ session: 's', proof })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('shared'),
    });
  });

  test.each(['layers', 'projects', 'sessions', 'trash'])(
    "instead of the store's folder %s are refused, and nothing behind them changes",
    async (name) => {
      const { root } = await makeSmallGolden();
      const outside = join(newFolder(), 'outside');
      renameSync(join(root, name), outside);
      symlinkSync(outside, join(root, name));
      const before = listingOf(outside);
      await expect(openStore(root, { mustExist: true })).rejects.toMatchObject({
        code: 'CONFLICT',
        message: expect.stringContaining(join(root, name)),
      });
      expect(listingOf(outside)).toBe(before);
    },
  );

  test('instead of a project or what is to be deleted are refused, or deleted alone', async () => {
    const { root, store } = await makeSmallGolden();
    const outside = newFolder();
    mkdirSync(join(outside, 'tree'));
    writeFileSync(join(outside, 'tree/file'), '');
    const before = listingOf(outside);
    symlinkSync(outside, join(root, 'projects/linked'));
    const clone = store.clone({ project: 'linked', session: 's' });
    await expect(clone).rejects.toMatchObject({ code: 'CONFLICT' });
    unlinkSync(join(root, 'projects/linked'));
    symlinkSync(outside, join(root, 'projects/app/.current-planted'));
    symlinkSync(outside, join(root, 'projects/app/generations/.partial-planted'));
    symlinkSync(outside, join(root, 'trash/planted'));
    expect((await store.recover()).actions).toHaveLength(2);
    expect(readdirSync(join(root, 'trash'))).toEqual([]);
    expect(listingOf(outside)).toBe(before);
  });

  test('instead of a session, a generation or `current` are refused', async () => {
    const { root, store } = await makeSmallGolden();
    const outside = newFolder();
    symlinkSync(outside, join(root, 'sessions/fake'));
    await expect(store.release({ session: 'fake' })).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(lstatSync(outside).isDirectory()).toBe(true);
    symlinkSync(outside, join(root, 'projects/app/generations/000002'));
    const clone = store.clone({ project: 'app', session: 's', generation: 2 });
    await expect(clone).rejects.toMatchObject({ code: 'NOT_FOUND' });
    unlinkSync(join(root, 'projects/app/current'));
    symlinkSync(outside, join(root, 'projects/app/current'));
    await expect(store.clone({ project: 'app', session: 's' })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
  });
});

describe('promote', () => {
  test('takes no session without a proof', async () => {
    const { store } = await makeSmallGolden();
    await store.clone({ project: 'app', session: 's' });
    const failed = { buildId: 'x', exitCode: 1 } as unknown as typeof proof;
    await expect(store.promote({ session: 's', proof: failed })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });

  test('refuses a session that was made before the machine started, which is marked', async () => {
    const { root, store } = await makeSmallGolden();
    for (const session of ['old', 'new']) await store.clone({ project: 'app', session });
    writeLease(root, 'old', readLease(root, 'old').replace(/"bootId":"[^"]+"/, '"bootId":"other"'));
    const { sessions } = await store.list();
    expect(sessions.map(({ session, isOfEarlierBoot }) => [session, isOfEarlierBoot])).toEqual([
      ['new', false],
      ['old', true],
    ]);
    await expect(store.promote({ session: 'old', proof })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('made before this machine started'),
    });
    await store.release({ session: 'old' });
    expect(await store.promote({ session: 'new', proof })).toMatchObject({ generation: 2 });
  });

  test('of two from one generation one wins, and the other is whole afterwards', async () => {
    const { store, layers } = await makeSmallGolden();
    for (const session of ['one', 'two']) {
      const { dataRoot } = await store.clone({ project: 'app', session });
      addSmallLayer(dataRoot, layers.at(-1));
    }
    const ends = await Promise.allSettled(
      ['one', 'two'].map((session) => store.promote({ session, proof })),
    );
    const losers = ends.filter((end) => end.status === 'rejected');
    expect(losers).toHaveLength(1);
    expect(losers[0]?.reason).toMatchObject({
      code: 'CONFLICT',
      message: expect.stringMatching(/made from generation 1, and the current one is generation 2/),
    });
    const { current, sessions } = await store.inspect({ project: 'app' });
    expect([current, sessions.length]).toEqual([2, 1]);
    expect((await store.verify({ project: 'app', deep: true })).problems).toEqual([]);
    await store.release({ session: sessions[0]?.session ?? '' });
  });

  test('adds what is new to the store, however much there is', async () => {
    const { store, layers } = await makeSmallGolden(undefined, 60);
    const { dataRoot } = await store.clone({ project: 'app', session: 's' });
    const layer = addSmallLayer(dataRoot, layers.at(-1));
    writeFileSync(join(layer.diff, 'big'), Buffer.alloc(2 ** 20, 1));
    const { addedBytes, sizeBytes } = await store.promote({ session: 's', proof });
    expect(addedBytes).toBeGreaterThan(2 ** 20);
    expect(addedBytes).toBeLessThan(1.8 * 2 ** 20);
    expect(sizeBytes).toBeGreaterThan(addedBytes);
  });

  test('refuses a data root of a storage driver that nobody here knows', async () => {
    const { store } = await makeSmallGolden();
    const { dataRoot } = await store.clone({ project: 'app', session: 's' });
    mkdirSync(join(dataRoot, 'image/zfs/layerdb/sha256'), { recursive: true });
    await expect(store.promote({ session: 's', proof })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('storage driver zfs'),
    });
  });

  test('refuses a data root that is broken, and leaves it to be looked at', async () => {
    const { store, layers } = await makeSmallGolden();
    const { dataRoot } = await store.clone({ project: 'app', session: 's' });
    rmSync(join(dataRoot, 'overlay2', layers[0]?.cacheId ?? '', 'link'));
    await expect(store.promote({ session: 's', proof })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('link'),
    });
    expect((await store.inspect({ project: 'app' })).current).toBe(1);
    expect((await store.list()).sessions).toHaveLength(1);
  });
});

describe('many at once', () => {
  test('fifty clones during a promotion are each of one generation', async () => {
    const { store, layers } = await makeSmallGolden(undefined, 20);
    const { dataRoot } = await store.clone({ project: 'app', session: 'next' });
    const added = addSmallLayer(dataRoot, layers.at(-1));
    const promotion = store.promote({ session: 'next', proof });
    const names = Array.from({ length: 50 }, (_, index) => `s${index}`);
    const clones = await Promise.all(
      names.map((session) => store.clone({ project: 'app', session })),
    );
    await promotion;
    for (const clone of clones) {
      const hasNew = readdirSync(join(clone.dataRoot, 'overlay2')).includes(added.cacheId);
      expect(hasNew).toBe(clone.generation === 2);
      for (const { cacheId } of layers) {
        const file = join(clone.dataRoot, 'overlay2', cacheId, 'diff/file');
        expect(readFileSync(file, 'utf8')).toContain(cacheId);
      }
    }
    expect((await store.verify({ project: 'app', deep: true })).problems).toEqual([]);
  });

  test('gc during clones and promotions takes nothing that a session has', async () => {
    const { store, layers } = await makeSmallGolden();
    let isDone = false;
    const collect = async () => {
      let dropped = 0;
      while (!isDone) dropped += (await store.gc({ keep: 0 })).generations.length;
      return dropped;
    };
    const work = async () => {
      for (let round = 0; round < 10; round++) {
        const { dataRoot } = await store.clone({ project: 'app', session: `b${round}` });
        addSmallLayer(dataRoot, layers.at(-1));
        const names = Array.from({ length: 6 }, (_, index) => `r${round}-${index}`);
        const clones = names.map((session) => store.clone({ project: 'app', session }));
        await store.promote({ session: `b${round}`, proof });
        for (const clone of await Promise.all(clones)) {
          for (const { cacheId } of layers) {
            const file = join(clone.dataRoot, 'overlay2', cacheId, 'diff/file');
            expect(readFileSync(file, 'utf8')).toContain(cacheId);
          }
          await store.release({ session: clone.session });
        }
      }
      isDone = true;
    };
    const [dropped] = await Promise.all([collect(), work()]);
    expect(dropped).toBeGreaterThan(3);
    expect((await store.verify({ project: 'app', deep: true })).problems).toEqual([]);
  });
});

describe('verify', () => {
  test('names a pooled layer that was changed or is gone', async () => {
    const { root, store, layers } = await makeSmallGolden();
    const { dataRoot } = await store.clone({ project: 'app', session: 's' });
    const [first, second] = layers.map(({ cacheId }) =>
      readlinkSync(join(dataRoot, 'overlay2', cacheId, 'diff')),
    );
    writeFileSync(join(first ?? '', 'file'), 'changed');
    rmSync(second ?? '', { recursive: true });
    const { problems } = await store.verify({ project: 'app', deep: true });
    const texts = problems.map(({ at, text }) => `${at} ${text}`).join('\n');
    expect(texts).toContain((first ?? '').slice(root.length + 1));
    expect(texts).toContain((second ?? '').slice(root.length + 1));
  });

  test('names what was changed of the files that clones share', async () => {
    const { store, layers } = await makeSmallGolden();
    const { dataRoot } = await store.clone({ project: 'app', session: 's' });
    writeFileSync(join(dataRoot, 'overlay2', layers[0]?.cacheId ?? '', 'link'), 'x');
    const { problems } = await store.verify({ project: 'app', deep: true });
    expect(problems.map(({ at }) => at)).toContain('projects/app/generations/000001/tree/shared');
  });
});

describe('gc', () => {
  /** Five generations; from the first ones sessions were made, in this order. */
  async function makeGenerations(usedInOrder: readonly number[]) {
    const { root, store } = await makeSmallGolden();
    for (let generation = 2; generation <= 5; generation++) {
      await store.clone({ project: 'app', session: 'next' });
      await store.promote({ session: 'next', proof });
    }
    for (const generation of usedInOrder) {
      await store.clone({ project: 'app', session: 'user', generation });
      await store.release({ session: 'user' });
    }
    return { root, store };
  }
  const generationsIn = async (store: GoldenStore) => (await store.list()).projects[0]?.generations;

  test('keeps the golden and the two others that were used last', async () => {
    const { store } = await makeGenerations([2, 1]);
    expect((await store.gc()).generations.map(({ generation }) => generation).sort()).toEqual([
      3, 4,
    ]);
    expect(await generationsIn(store)).toEqual([1, 2, 5]);
  });

  test('keeps as many as it is told', async () => {
    const { store } = await makeGenerations([3, 4]);
    await store.gc({ keep: 1 });
    expect(await generationsIn(store)).toEqual([4, 5]);
  });

  test('puts back what a session was made from in the meantime', async () => {
    const { root } = await makeGenerations([]);
    const lease = () => {
      mkdirSync(join(root, 'sessions/late'), { recursive: true });
      const record = { format: 1, session: 'late', project: 'app', generation: 1, bootId: 'none' };
      const createdAt = new Date().toISOString();
      writeLease(root, 'late', JSON.stringify({ ...record, createdAt }));
    };
    const onStep = (step: string) => step === 'gc:discard' && lease();
    const store = await openStore(root, {}, { onStep });
    const { generations } = await store.gc({ keep: 0 });
    expect(generations.map(({ generation }) => generation)).not.toContain(1);
    expect(await generationsIn(store)).toContain(1);
    expect((await store.verify({ project: 'app', deep: true })).problems).toEqual([]);
  });

  test("leaves a project's layers alone when what a session was made from is not there", async () => {
    const { root, store } = await makeGenerations([]);
    await store.clone({ project: 'app', session: 's', generation: 1 });
    renameSync(join(root, 'projects/app/generations/000001'), join(newFolder(), 'taken'));
    const before = listingOf(join(root, 'layers'));
    expect(await store.gc()).toMatchObject({
      pooled: 0,
      unreadable: [expect.stringContaining('sessions/s: it was made from generation 1 of app')],
    });
    expect(listingOf(join(root, 'layers'))).toBe(before);
  });
});

describe('usage', () => {
  test('counts what is shared once, and of each session what it has alone', async () => {
    const { root, store, layers } = await makeSmallGolden(undefined, 10);
    const before = await store.usage();
    const clones = [];
    for (let index = 0; index < 10; index++) {
      clones.push(await store.clone({ project: 'app', session: `s${index}` }));
    }
    addSmallLayer(clones[0]?.dataRoot ?? '', layers.at(-1));
    writeFileSync(join(clones[0]?.dataRoot ?? '', 'big'), Buffer.alloc(2 ** 20, 1));
    const { sharedBytes, apparentBytes, sessions } = await store.usage();
    expect(sharedBytes).toBe(before.sharedBytes);
    expect(apparentBytes).toBeGreaterThan(before.apparentBytes * 8);
    const [first = 0, ...others] = sessions.map(({ uniqueBytes = -1 }) => uniqueBytes);
    expect(first).toBeGreaterThan(2 ** 20);
    for (const unique of others) expect(unique).toBe(others[0]);
    const counted = sharedBytes + first + others.reduce((sum, unique) => sum + unique, 0);
    const onDisk = Number(
      execFileSync('du', ['-s', '--block-size=1', root]).toString().split('\t')[0],
    );
    expect(counted).toBeGreaterThan(onDisk * 0.8);
    expect(counted).toBeLessThan(onDisk * 1.05);
  });
});

test('what a generation took over from one that gc removed counts as held', async () => {
  const root = join(newFolder(), 'store');
  const { store } = await makeSmallGolden(root, 3, 'copy');
  await store.clone({ project: 'app', session: 'next' });
  const { sizeBytes } = await store.promote({ session: 'next', proof });
  expect((await store.gc({ keep: 0 })).generations).toHaveLength(1);
  expect((await store.usage()).sharedBytes).toBe(sizeBytes);
});

describe('cancelling', () => {
  const signal = AbortSignal.abort(new Error('enough'));

  test.each<[string, (store: GoldenStore) => Promise<unknown>]>([
    ['promote', (store) => store.promote({ session: 's', proof }, { signal })],
    ['release', (store) => store.release({ session: 's' }, { signal })],
    ['verify', (store) => store.verify({ project: 'app', deep: true }, { signal })],
    ['gc', (store) => store.gc({ keep: 0 }, { signal })],
    ['recover', (store) => store.recover({ signal })],
  ])('%s is told of as such, and changes nothing', async (_, call) => {
    const { root, store } = await makeSmallGolden();
    for (const session of ['next', 's']) await store.clone({ project: 'app', session });
    await store.promote({ session: 'next', proof });
    mkdirSync(join(root, 'sessions/.new-left'));
    const before = ['projects', 'layers'].map((name) => listingOf(join(root, name)));
    await expect(call(store)).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(['projects', 'layers'].map((name) => listingOf(join(root, name)))).toEqual(before);
    expect((await store.list()).sessions.map(({ session }) => session)).toEqual(['s']);
  });

  test('a clone leaves nothing behind', async () => {
    const { root, store } = await makeSmallGolden();
    const controller = new AbortController();
    const { signal } = controller;
    const clone = store.clone({ project: 'app', session: 's' }, { signal });
    controller.abort();
    await expect(clone).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(readdirSync(join(root, 'sessions'))).toEqual([]);
    expect(readdirSync(join(root, 'trash'))).toEqual([]);
  });
});

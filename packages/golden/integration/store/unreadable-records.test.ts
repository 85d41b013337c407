import {
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type GoldenStore, openStore } from '../../src/index.js';
import { fillSession } from '../support/fill-session.js';
import { writeLease } from '../support/lease.js';
import { listingOf } from '../support/listing.js';
import { makeSmallGolden, proof } from '../support/store-folder.js';

/** Projects `app` and `other`, each with three generations that share nothing. */
async function makeTwoProjects() {
  const { root, store } = await makeSmallGolden();
  for (const project of ['app', 'other']) {
    for (const text of ['two', 'three', 'four'].slice(project === 'app' ? 1 : 0)) {
      await fillSession(store, 'next', text, { project, isAnew: true });
      await store.promote({ session: 'next', proof });
    }
  }
  return { root, store };
}

const generationsOf = async (store: GoldenStore) =>
  Object.fromEntries((await store.list()).projects.map((each) => [each.project, each.generations]));

const all = { app: [1, 2, 3], other: [1, 2, 3] };

describe.each<[string, (root: string) => void]>([
  ['that is no JSON', (root) => writeLease(root, 'lost', 'no JSON')],
  ['of another version', (root) => writeLease(root, 'lost', '{"format":2}')],
  ['that is missing', (root) => rmSync(join(root, 'sessions/lost/lease'))],
  [
    'that is a file',
    (root) => {
      rmSync(join(root, 'sessions/lost/lease'));
      writeFileSync(join(root, 'sessions/lost/lease'), '');
    },
  ],
])('a session with a record %s', (_, spoil) => {
  const named = [expect.stringContaining('sessions/lost: ')];
  const spoilt = async () => {
    const { root, store } = await makeTwoProjects();
    for (const session of ['lost', 'found']) await store.clone({ project: 'app', session });
    spoil(root);
    return { root, store };
  };

  test('is named by all that look, and keeps nobody from the others', async () => {
    const { root } = await spoilt();
    const store = await openStore(root, { mustExist: true });
    const { sessions, projects, unreadable } = await store.list();
    expect(unreadable).toEqual(named);
    expect(sessions).toMatchObject([{ session: 'found' }]);
    expect(projects).toMatchObject([{ sessions: ['found'] }, { sessions: [] }]);
    expect(await store.inspect({ project: 'app' })).toMatchObject({ unreadable: named });
    expect(await store.usage()).toMatchObject({
      unreadable: named,
      sessions: [{ session: 'found' }],
    });
    expect((await store.recover()).actions).toEqual(named);
    await fillSession(store, 'next', 'more');
    expect(await store.promote({ session: 'next', proof })).toMatchObject({ generation: 4 });
  });

  test('may lease everything, so that gc removes nothing', async () => {
    const { root, store } = await spoilt();
    await store.release({ session: 'found' });
    const before = ['layers', 'projects'].map((name) => listingOf(join(root, name)));
    const nothing = { generations: [], pooled: 0, freedBytes: 0, left: [], unreadable: named };
    expect(await store.gc({ keep: 0 })).toEqual(nothing);
    expect(['layers', 'projects'].map((name) => listingOf(join(root, name)))).toEqual(before);
  });

  test('is released, and gc does its work again', async () => {
    const { root, store } = await spoilt();
    await expect(store.promote({ session: 'lost', proof })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    for (const session of ['lost', 'found']) await store.release({ session });
    expect(await store.gc({ keep: 0 })).toMatchObject({ unreadable: [] });
    expect(await generationsOf(store)).toEqual({ app: [3], other: [3] });
    expect(readdirSync(join(root, 'sessions'))).toEqual([]);
  });

  test('makes a recovery put back what gc had taken', async () => {
    const { root, store } = await spoilt();
    await store.release({ session: 'found' });
    const generations = join(root, 'projects/app/generations');
    renameSync(join(generations, '000001'), join(generations, '.dropping-000001'));
    await store.recover();
    expect(await generationsOf(store)).toEqual(all);
  });
});

test('what a dead process began to make leases nothing, whatever its record says', async () => {
  const { root, store } = await makeTwoProjects();
  mkdirSync(join(root, 'sessions/.partial-left'));
  expect(await store.gc({ keep: 0 })).toMatchObject({ unreadable: [] });
  expect(await generationsOf(store)).toEqual({ app: [3], other: [3] });
  expect(await store.clone({ project: 'app', session: 'left' })).toMatchObject({ generation: 3 });
});

describe('a manifest that cannot be read', () => {
  const named = [expect.stringContaining('generation 1 of app: ')];
  const spoilt = async () => {
    const { root, store } = await makeTwoProjects();
    writeFileSync(join(root, 'projects/app/generations/000001/manifest.json'), '');
    return { root, store };
  };

  test('is named by all that look', async () => {
    const { root } = await spoilt();
    const store = await openStore(root, { mustExist: true });
    expect(await store.inspect({ project: 'app' })).toMatchObject({
      generations: [{ generation: 2 }, { generation: 3 }],
      unreadable: named,
    });
    expect(await store.usage()).toMatchObject({ unreadable: named });
    const { generations, problems } = await store.verify({ project: 'app', deep: true });
    expect(generations).toEqual([1, 2, 3]);
    expect(problems).toMatchObject([{ generation: 1, at: 'projects/app/generations/000001' }]);
    expect((await store.verify({ project: 'app', generation: 1 })).problems).toHaveLength(1);
  });

  test('keeps what it may need, and gc goes on with all else', async () => {
    const { root, store } = await spoilt();
    const layersOf = () => readdirSync(join(root, 'layers')).sort();
    const before = layersOf().filter((name) => name.startsWith('app-'));
    expect(await store.gc({ keep: 0 })).toMatchObject({ unreadable: named });
    expect(await generationsOf(store)).toEqual({ app: [1, 3], other: [3] });
    expect(layersOf().filter((name) => name.startsWith('app-'))).toEqual(before);
    expect(layersOf().filter((name) => name.startsWith('other-'))).toHaveLength(1);
    expect(await store.clone({ project: 'app', session: 's' })).toMatchObject({ generation: 3 });
  });
});

describe('a journal that cannot be read', () => {
  const spoilt = async () => {
    const { root, store } = await makeTwoProjects();
    const project = join(root, 'projects/app');
    writeFileSync(join(project, 'journal.json'), '');
    mkdirSync(join(project, 'generations/.partial-app-000004-x/tree'), { recursive: true });
    mkdirSync(join(root, 'projects/other/generations/.partial-other-000004-x'));
    return { root, store };
  };
  const named = expect.stringContaining('project app: ');

  test('is named, and what it may need is left alone', async () => {
    const { root } = await spoilt();
    const store = await openStore(root, { mustExist: true });
    expect(store.repaired).toEqual([
      expect.stringMatching(/^project app: .*journal\.json is not what/),
      'project other: removed .partial-other-000004-x of an interrupted promotion',
    ]);
    expect((await store.recover()).actions).toEqual([named]);
    expect(readdirSync(join(root, 'projects/app/generations'))).toContain('.partial-app-000004-x');
    expect(await store.gc({ keep: 0 })).toMatchObject({ unreadable: [named] });
    expect(await generationsOf(store)).toEqual({ app: [1, 2, 3], other: [3] });
    expect((await store.verify({ project: 'app', deep: true })).problems).toEqual([]);
  });

  test('stops promotions of its project, which say so, and those of no other', async () => {
    const { root, store } = await spoilt();
    await fillSession(store, 'next', 'more');
    await expect(store.promote({ session: 'next', proof })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining(join(root, 'projects/app/journal.json')),
    });
    await fillSession(store, 'another', 'more', { project: 'other' });
    expect(await store.promote({ session: 'another', proof })).toMatchObject({ generation: 4 });
  });
});

test('a project that the store did not make keeps nobody from the others', async () => {
  const { root } = await makeTwoProjects();
  writeFileSync(join(root, 'projects/file'), '');
  unlinkSync(join(root, 'projects/app/current'));
  symlinkSync('/nowhere', join(root, 'projects/app/current'));
  const store = await openStore(root, { mustExist: true });
  const { projects, unreadable } = await store.list();
  expect(projects).toMatchObject([{ project: 'other', current: 3 }]);
  expect(unreadable).toHaveLength(2);
  expect((await store.gc({ keep: 0 })).unreadable).toEqual(
    expect.arrayContaining([expect.stringContaining('project app: ')]),
  );
  expect(await store.usage()).toMatchObject({ unreadable: [expect.any(String)] });
  expect(readdirSync(join(root, 'projects/other/generations'))).toEqual(['000003']);
  expect(readdirSync(join(root, 'projects/app/generations'))).toHaveLength(3);
  expect(await store.clone({ project: 'other', session: 's' })).toMatchObject({ generation: 3 });
});

import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type GoldenStore, openStore } from '../../src/index.js';
import { addImage } from '../support/data-root.js';
import { readLease, writeLease } from '../support/lease.js';
import { promoteSteps } from '../support/promote-steps.js';
import { runVictim, startVictim } from '../support/run-victim.js';
import {
  addSmallLayer,
  makeSmallGolden,
  proof,
  type SmallGolden,
} from '../support/store-folder.js';

/** Whoever opens the store after a crash finds all generations whole, and nothing of the crash. */
async function expectWhole(root: string): Promise<GoldenStore> {
  const store = await openStore(root, { mustExist: true });
  await store.recover();
  const { current } = await store.inspect({ project: 'app' });
  expect(current).toBeGreaterThan(0);
  expect((await store.verify({ project: 'app', deep: true })).problems).toEqual([]);
  await store.clone({ project: 'app', session: 'after' });
  await store.release({ session: 'after' });
  expect(readdirSync(join(root, 'trash'))).toEqual([]);
  expect(readdirSync(join(root, 'sessions')).filter((name) => name.startsWith('.'))).toEqual([]);
  expect(readdirSync(join(root, 'projects/app')).sort()).toEqual([
    'current',
    'generations',
    'lock',
  ]);
  const generations = readdirSync(join(root, 'projects/app/generations'));
  expect(generations.filter((name) => name.startsWith('.'))).toEqual([]);
  return store;
}

/** A session with one more layer, ready to be promoted. */
async function addSession({ store, layers }: SmallGolden) {
  const { dataRoot } = await store.clone({ project: 'app', session: 'next' });
  return addSmallLayer(dataRoot, layers.at(-1));
}

describe('kill -9 during clone', () => {
  test.each(['clone:lease', 'clone:tree', 'clone:publish'])('after %s', async (step) => {
    const { root } = await makeSmallGolden();
    expect((await runVictim(root, 'clone app s1', step)).signal).toBe('SIGKILL');
    const store = await expectWhole(root);
    const { sessions } = await store.list();
    expect(sessions.map(({ session }) => session)).toEqual(step === 'clone:publish' ? ['s1'] : []);
  });

  test.each(['clone:lease', 'clone:tree'])(
    'after %s its name is free for the next one, which takes nothing over, without a recovery',
    async (step) => {
      const { root, store } = await makeSmallGolden();
      await runVictim(root, 'clone app s1', step);
      writeFileSync(join(root, 'sessions/.partial-s1/planted'), '');
      expect(await store.clone({ project: 'app', session: 's1' })).toMatchObject({ generation: 1 });
      expect(readdirSync(join(root, 'sessions'))).toEqual(['s1']);
      expect(readdirSync(join(root, 'sessions/s1')).sort()).toEqual(['lease', 'tree']);
    },
  );
});

describe('kill -9 during promote', () => {
  test.each(promoteSteps)('after %s the golden is the old or the new one', async (step) => {
    const golden = await makeSmallGolden();
    const layer = await addSession(golden);
    expect((await runVictim(golden.root, 'promote next', step)).signal).toBe('SIGKILL');
    const store = await expectWhole(golden.root);
    const isBegun = promoteSteps.indexOf(step) >= promoteSteps.indexOf('promote:journal');
    const { current } = await store.inspect({ project: 'app' });
    expect(current).toBe(isBegun ? 2 : 1);
    if (!isBegun) await store.promote({ session: 'next', proof });
    const { dataRoot } = await store.clone({ project: 'app', session: 'now' });
    const file = join(dataRoot, 'overlay2', layer.cacheId, 'diff/file');
    expect(readFileSync(file, 'utf8')).toContain(layer.cacheId);
  });

  test('when all but the journal is done, it is finished though the base is gone', async () => {
    const golden = await makeSmallGolden();
    await addSession(golden);
    await runVictim(golden.root, 'promote next', 'promote:current');
    rmSync(join(golden.root, 'projects/app/generations/000001'), { recursive: true });
    const store = await expectWhole(golden.root);
    expect((await store.list()).projects).toMatchObject([{ current: 2, generations: [2] }]);
  });

  test('at any moment', async () => {
    for (let attempt = 0; attempt < 12; attempt++) {
      const golden = await makeSmallGolden(undefined, 40);
      const layer = await addSession(golden);
      const victim = await startVictim(golden.root, 'promote next');
      const begun = new Promise((resolve) => victim.process.stdout?.once('data', resolve));
      await Promise.race([begun, victim.ended]);
      await sleep(attempt * 3);
      victim.process.kill('SIGKILL');
      await victim.ended;
      const store = await expectWhole(golden.root);
      const { current } = await store.inspect({ project: 'app' });
      if (current === 1) await store.promote({ session: 'next', proof });
      const { dataRoot } = await store.clone({ project: 'app', session: 'now' });
      const file = join(dataRoot, 'overlay2', layer.cacheId, 'diff/file');
      expect(readFileSync(file, 'utf8')).toContain(layer.cacheId);
    }
  });
});

describe('kill -9 during recover', () => {
  test.each([
    ...promoteSteps.slice(promoteSteps.indexOf('promote:take')),
    'recover:promotion',
    'recover:trash',
  ])('of a promotion, after %s', async (step) => {
    const golden = await makeSmallGolden();
    await addSession(golden);
    await runVictim(golden.root, 'promote next', 'promote:journal');
    expect((await runVictim(golden.root, 'recover', step)).signal).toBe('SIGKILL');
    const store = await expectWhole(golden.root);
    expect((await store.inspect({ project: 'app' })).current).toBe(2);
  });

  test('of what a promotion left without a journal, after recover:partial', async () => {
    const golden = await makeSmallGolden();
    await addSession(golden);
    const project = join(golden.root, 'projects/app');
    for (const name of ['one', 'two']) {
      mkdirSync(join(project, `generations/.partial-${name}/tree`), { recursive: true });
    }
    symlinkSync('generations/000009', join(project, '.current-x'));
    expect((await runVictim(golden.root, 'recover', 'recover:partial')).signal).toBe('SIGKILL');
    // Nothing of it stands in the way of the next one.
    expect(await golden.store.promote({ session: 'next', proof })).toMatchObject({ generation: 2 });
    await expectWhole(golden.root);
  });

  test.each(['recover:session', 'recover:trash'])('of a clone, after %s', async (step) => {
    const { root } = await makeSmallGolden();
    await runVictim(root, 'clone app s1', 'clone:tree');
    expect((await runVictim(root, 'recover', step)).signal).toBe('SIGKILL');
    await expectWhole(root);
  });
});

describe('kill -9 during gc', () => {
  test.each([
    ['gc:discard', 1],
    ['gc:discard', 2],
    ['gc:generation', 1],
    ['gc:pool', 1],
    ['gc:pool', 2],
    ['gc:trash', 1],
  ] as const)('after %s (%d)', async (step, count) => {
    const { root, store } = await makeSmallGolden();
    for (let generation = 2; generation <= 4; generation++) {
      const { dataRoot } = await store.clone({ project: 'app', session: 'next' });
      execFileSync('rm', ['-rf', join(dataRoot, 'overlay2'), join(dataRoot, 'image')]);
      addSmallLayer(dataRoot);
      await store.promote({ session: 'next', proof });
    }
    expect((await runVictim(root, 'gc', step, count)).signal).toBe('SIGKILL');
    const after = await expectWhole(root);
    await after.gc({ keep: 0 });
    expect((await after.list()).projects).toMatchObject([{ current: 4, generations: [4] }]);
    expect(readdirSync(join(root, 'layers'))).toHaveLength(1);
    await expectWhole(root);
  });
});

describe('a generation that gc had taken when it was killed', () => {
  const kill = async () => {
    const { root, store, layers } = await makeSmallGolden();
    await store.clone({ project: 'app', session: 'next' });
    await store.promote({ session: 'next', proof });
    const session = await store.clone({ project: 'app', session: 'late', generation: 1 });
    const text = readLease(root, 'late');
    // As if the clone had come between gc's first look and its end.
    writeLease(root, 'late', text.replace('"generation":1', '"generation":2'));
    expect((await runVictim(root, 'gc', 'gc:discard')).signal).toBe('SIGKILL');
    writeLease(root, 'late', text);
    const file = join(session.dataRoot, 'overlay2', layers[0]?.cacheId ?? '', 'diff/file');
    return { root, file };
  };

  test('is put back for the session that was made from it', async () => {
    const { root, file } = await kill();
    const store = await expectWhole(root);
    expect((await store.list()).projects).toMatchObject([{ generations: [1, 2] }]);
    await store.gc({ keep: 0 });
    expect(readFileSync(file, 'utf8')).not.toBe('');
    await store.release({ session: 'late' });
    expect((await store.gc({ keep: 0 })).generations).toHaveLength(1);
  });

  test.each(['recover:pending-deletion', 'recover:promotion'])(
    'is so, too, when the recovery is killed after %s',
    async (step) => {
      const { root, file } = await kill();
      await runVictim(root, 'recover', step);
      const store = await expectWhole(root);
      expect((await store.list()).projects).toMatchObject([{ generations: [1, 2] }]);
      expect(readFileSync(file, 'utf8')).not.toBe('');
    },
  );
});

describe('kill -9 during release', () => {
  test.each(['release:discard', 'release:done'])('after %s the session is gone', async (step) => {
    const { root, store } = await makeSmallGolden();
    await store.clone({ project: 'app', session: 's1' });
    expect((await runVictim(root, 'release s1', step)).signal).toBe('SIGKILL');
    const after = await expectWhole(root);
    expect((await after.list()).sessions).toEqual([]);
  });
});

describe('kill -9 during remove', () => {
  const steps = ['remove:hide', 'remove:discard', 'remove:pool', 'remove:done'];

  test.each(steps)('after %s the project is there or gone, and others are whole', async (step) => {
    const golden = await makeSmallGolden();
    const { root, store } = golden;
    await addSession(golden);
    await store.promote({ session: 'next', proof });
    await addProject(store, 'gone');
    expect((await runVictim(root, 'remove gone', step)).signal).toBe('SIGKILL');
    const after = await expectWhole(root);
    const isThere = step === 'remove:hide';
    expect((await after.list()).projects.map(({ project }) => project)).toEqual(
      isThere ? ['app', 'gone'] : ['app'],
    );
    expect((await after.verify({ project: 'app', deep: true })).problems).toEqual([]);
    if (isThere) {
      expect((await after.verify({ project: 'gone', deep: true })).problems).toEqual([]);
      expect(await after.remove({ project: 'gone' })).toMatchObject({ generations: [1] });
    }
    await after.gc();
    expect(readdirSync(join(root, 'layers')).every((name) => name.startsWith('app-'))).toBe(true);
    await addProject(after, 'gone');
    expect((await after.verify({ project: 'gone', deep: true })).problems).toEqual([]);
  });

  test('of generations, when the recovery that puts them back is killed, too', async () => {
    const { root, store } = await makeSmallGolden();
    await addProject(store, 'gone');
    await runVictim(root, 'remove gone', 'remove:hide');
    expect((await runVictim(root, 'recover', 'recover:removal')).signal).toBe('SIGKILL');
    const after = await expectWhole(root);
    expect((await after.verify({ project: 'gone', deep: true })).problems).toEqual([]);
  });
});

/** One more project with a generation. */
async function addProject(store: GoldenStore, project: string) {
  const { dataRoot } = await store.clone({ project, session: project, allowEmpty: true });
  addSmallLayer(dataRoot, addSmallLayer(dataRoot));
  addImage(dataRoot);
  await store.promote({ session: project, proof });
}

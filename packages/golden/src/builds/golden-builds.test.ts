import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  appendingScript,
  fakeDaemon,
  gatedScript,
  inGolden,
  testStore,
  until,
} from './builds.testing.js';
import { cancelGoldenBuild } from './cancel-build.js';
import { type GoldenBuilds, type OpenBuildsOptions, openBuilds } from './golden-builds.js';
import { buildPaths } from './records/build-paths.js';
import { type ProjectBuild, runGoldenBuild } from './run-golden-build.js';

const project = 'app';

async function setUp(options: Partial<OpenBuildsOptions> = {}, script = appendingScript('built')) {
  const store = options.store ?? (await testStore());
  const { launch: daemon } = fakeDaemon();
  const errors: unknown[] = [];
  const build: ProjectBuild = { script, daemon };
  const open = (more: Partial<OpenBuildsOptions> = {}) =>
    openBuilds(
      { store, projects: { [project]: build }, debounceMs: 50, ...options, ...more },
      { onError: (_, error) => errors.push(error) },
    );
  const builds = await open();
  onTestFinished(() => builds.close());
  const content = () => inGolden(store, project, 'engine-id');
  return { store, daemon, builds, open, errors, content };
}

/** Nothing runs and nothing is asked for. */
async function untilIdle(builds: GoldenBuilds): Promise<void> {
  await until(async () => {
    const { status, pending } = await builds.status(project);
    return status !== 'building' && !pending;
  });
}

const untilRunning = (builds: GoldenBuilds) =>
  until(async () => (await builds.status(project)).phase === 'running');

describe('triggers', () => {
  it('that come together make one build', async () => {
    const { builds, content } = await setUp({ debounceMs: 1_500 });
    const triggers = ['a', 'b', 'c'].map((reason) => builds.trigger(project, { reason }));
    await Promise.all(triggers);
    const { status, pending } = await builds.status(project);
    expect({ status, pending }).toMatchObject({ status: 'none', pending: { count: 3 } });
    expect([...(pending?.reasons ?? [])].sort()).toEqual(['a', 'b', 'c']);
    await untilIdle(builds);
    await delay(150);
    expect(await content()).toBe('built\n');
    expect(await builds.status(project)).toMatchObject({ status: 'ready', generation: 1 });
  });

  it('do not put a build off for ever', async () => {
    const { builds, content } = await setUp({ debounceMs: 300 });
    const started = Date.now();
    while ((await content()) === undefined && Date.now() - started < 5_000) {
      await builds.trigger(project);
      await delay(50);
    }
    expect(await content()).toBe('built\n');
  });

  it('that come while a build runs make exactly one more', async () => {
    const { shell, open } = await gatedScript();
    const script = { shell: `${shell}; ${appendingScript('built').shell}` };
    const { builds, content } = await setUp({ debounceMs: 0 }, script);
    await builds.trigger(project);
    await untilRunning(builds);
    for (let trigger = 0; trigger < 5; trigger++) await builds.trigger(project);
    expect((await builds.status(project)).pending).toMatchObject({ count: 5 });
    await open();
    await untilIdle(builds);
    await delay(100);
    expect(await content()).toBe('built\nbuilt\n');
    expect((await builds.status(project)).generation).toBe(2);
  });

  it('are not kept away by a request whose content was lost, which is one itself', async () => {
    const { store, builds, open, content } = await setUp();
    await builds.close();
    const paths = buildPaths(store.root, project);
    await mkdir(paths.folder, { recursive: true });
    await writeFile(paths.queued, '');
    await using next = await open();
    expect((await next.status(project)).pending).toMatchObject({ count: 1 });
    await next.trigger(project);
    await untilIdle(next);
    expect(await content()).toBe('built\n');
  });

  it('after a build that failed make another', async () => {
    const { builds, errors } = await setUp({ debounceMs: 0 }, { shell: 'exit 3' });
    for (let build = 1; build <= 2; build++) {
      await builds.trigger(project);
      await until(() => errors.length === build);
    }
    expect(errors).toMatchObject([{ exitCode: 3 }, { exitCode: 3 }]);
    expect(await builds.status(project)).toMatchObject({ status: 'failed' });
  });

  it('of one project do not wait for those of another', async () => {
    const { launch: daemon } = fakeDaemon();
    const { shell, open } = await gatedScript();
    const slow = { daemon, script: { shell } };
    const projects = { slow, [project]: { daemon, script: appendingScript('built') } };
    const { builds, content } = await setUp({ projects, debounceMs: 0 });
    await builds.trigger('slow');
    await until(async () => (await builds.status('slow')).phase === 'running');
    await builds.trigger(project);
    await untilIdle(builds);
    expect(await content()).toBe('built\n');
    expect(await builds.status('slow')).toMatchObject({ status: 'building' });
    await open();
  });

  it('for a project that is not set up are NOT_FOUND', async () => {
    const { builds } = await setUp();
    for (const call of [builds.trigger, builds.cancel, builds.status])
      await expect(call('other')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('for several processes make one build', async () => {
    const { store, builds, open, content } = await setUp();
    await using other = await open();
    await Promise.all([builds, other].map((either) => either.trigger(project)));
    await untilIdle(builds);
    await delay(200);
    expect(await content()).toBe('built\n');
    expect((await store.list()).sessions).toEqual([]);
  });

  it('wait for a build that another process runs', async () => {
    const { store, daemon, builds, content } = await setUp({ debounceMs: 0 });
    const { shell, open } = await gatedScript();
    const script = { shell: `${shell}; ${appendingScript('first').shell}` };
    const running = runGoldenBuild({ store, project, script, daemon });
    await untilRunning(builds);
    await builds.trigger(project);
    await delay(100);
    await open();
    await running;
    await untilIdle(builds);
    expect(await content()).toBe('first\nbuilt\n');
  });
});

describe('cancel', () => {
  it('ends the build that runs, and what waits for it', async () => {
    const { builds, content, store, errors } = await setUp(
      { debounceMs: 0 },
      { shell: 'sleep 60' },
    );
    await builds.trigger(project);
    await untilRunning(builds);
    await builds.trigger(project);
    expect(await builds.cancel(project)).toBe(true);
    expect(await builds.status(project)).toMatchObject({
      status: 'failed',
      lastError: { code: 'CANCELLED' },
      pending: undefined,
    });
    expect(errors).toMatchObject([{ code: 'CANCELLED' }]);
    expect((await store.list()).sessions).toEqual([]);
    expect(await content()).toBeUndefined();
  });

  it('takes back what has not begun', async () => {
    const { builds, content } = await setUp({ debounceMs: 100 });
    await builds.trigger(project);
    expect(await builds.cancel(project)).toBe(true);
    expect(await builds.cancel(project)).toBe(false);
    await delay(200);
    expect(await content()).toBeUndefined();
    await builds.trigger(project);
    await untilIdle(builds);
    expect(await content()).toBe('built\n');
  });

  it('ends a build that somebody else runs', async () => {
    const { store, daemon, builds, content } = await setUp();
    const script = { shell: 'sleep 60' };
    const running = runGoldenBuild({ store, project, script, daemon });
    const ended = expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    await untilRunning(builds);
    expect(await builds.cancel(project)).toBe(true);
    await ended;
    expect(await builds.status(project)).toMatchObject({ lastError: { code: 'CANCELLED' } });
    expect((await store.list()).sessions).toEqual([]);
    await runGoldenBuild({ store, project, script: appendingScript('built'), daemon });
    expect(await content()).toBe('built\n');
  });

  it('ends a build of another process that this one waits for', async () => {
    const { store, daemon, builds } = await setUp({ debounceMs: 0 });
    const running = runGoldenBuild({ store, project, script: { shell: 'sleep 60' }, daemon });
    const ended = expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    await untilRunning(builds);
    await builds.trigger(project);
    await delay(100);
    expect(await builds.cancel(project)).toBe(true);
    await ended;
    expect(await builds.status(project)).toMatchObject({ status: 'failed', pending: undefined });
  });

  it('waits no longer than it may for a build that does not end', async () => {
    const { store, daemon } = await setUp();
    const { shell, open, isReached } = await gatedScript();
    const script = { shell: `trap '' TERM; ${shell}` };
    const running = runGoldenBuild({ store, project, script, daemon, graceMs: 60_000 });
    const ended = expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    await until(isReached);
    const signal = AbortSignal.timeout(500);
    const waiting = cancelGoldenBuild(store, project, { signal });
    await expect(waiting).rejects.toMatchObject({ code: 'TIMEOUT' });
    await open();
    await ended;
  });
});

describe('a new process', () => {
  it('builds what an earlier one was asked for and did not begin', async () => {
    const { builds, open, content } = await setUp({ debounceMs: 300 });
    await builds.trigger(project, { reason: 'merge of #7' });
    await builds.close();
    await expect(builds.trigger(project)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await content()).toBeUndefined();
    await using next = await open();
    expect((await next.status(project)).pending).toMatchObject({ reasons: ['merge of #7'] });
    await untilIdle(next);
    expect(await content()).toBe('built\n');
  });

  it('builds again what was closed in the middle of it', async () => {
    const { shell, open: letGo } = await gatedScript();
    const script = { shell: `${shell}; ${appendingScript('built').shell}` };
    const { builds, open, content } = await setUp({ debounceMs: 0 }, script);
    await builds.trigger(project);
    await untilRunning(builds);
    await builds.close();
    expect(await builds.status(project)).toMatchObject({
      status: 'failed',
      lastError: { code: 'CANCELLED' },
      pending: { reasons: ['interrupted'] },
    });
    await letGo();
    await using next = await open();
    await untilIdle(next);
    expect(await content()).toBe('built\n');
  });

  it('does not build in a circle what cannot be recorded', async () => {
    const { store, builds, errors } = await setUp({ debounceMs: 0 });
    const { state } = buildPaths(store.root, project);
    await runGoldenBuild({
      store,
      project,
      script: appendingScript('x'),
      daemon: fakeDaemon().launch,
    });
    await writeFile(state, '{"format":2}');
    await builds.trigger(project);
    await until(() => errors.length > 0);
    await delay(100);
    expect(errors.length).toBeLessThanOrEqual(2);
    expect(errors[0]).toMatchObject({ code: 'CONFLICT' });
    expect(await readFile(state, 'utf8')).toBe('{"format":2}');
  });
});

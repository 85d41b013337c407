import { randomUUID } from 'node:crypto';
import { type CallContext, isWarmdockError, type Progress, planBuild } from '@warmdock/core';
import { printedBy, runDocker, useTestbed, withShell } from '@warmdock/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type RunPlansOptions, runPlans, TargetError, type TargetSet } from '../src/index.js';
import { folderOf } from './support/folder.js';
import { useRemoteBuilder } from './support/remote-builder.js';

const env = useRemoteBuilder();

type Target = Parameters<typeof planBuild>[0] & { needs?: readonly string[]; load?: boolean };

/** Targets whose images are named after them. */
function setOf(targets: Readonly<Record<string, Target>>): TargetSet {
  const run = randomUUID();
  const tagOf = (name: string) => `it-${run}-${name}:latest`;
  onTestFinished(async () => {
    const { host } = useTestbed().containerd;
    await runDocker(['image', 'rm', '--force', ...Object.keys(targets).map(tagOf)], { host });
  });
  return {
    targets: Object.entries(targets).map(([name, { needs = [], load = true, ...options }]) => ({
      name,
      needs,
      plan: planBuild({
        ...options,
        tags: [tagOf(name)],
        ...(!load && { outputs: [{ type: 'cacheonly' }] }),
      }),
    })),
    wanted: Object.keys(targets),
  };
}

function run(set: TargetSet, options: RunPlansOptions = {}, context: CallContext = {}) {
  const engine = useTestbed().containerd.host;
  return runPlans(set, { engine, ...options }, { env, ...context });
}

/** What an image prints that has a shell. */
async function printed(image: string | undefined, command: string): Promise<string> {
  const { host } = useTestbed().containerd;
  return printedBy(host, image ?? '', ['busybox', 'sh', '-c', command]);
}

const shellOf = (...steps: string[]) =>
  [withShell, ...steps.map((step) => `RUN --network=none ${step}`)].join('\n');

describe('builds of one pass', () => {
  it('keep their secrets to themselves', async () => {
    const note = randomUUID();
    const context = folderOf({
      Dockerfile: `${withShell}\nARG FOR\nRUN --network=none --mount=type=secret,id=s cp /run/secrets/s /copy`,
      'a/secret': `a ${note}`,
      'b/secret': `b ${note}`,
      '/busybox': '',
    });
    const target = (name: string): Target => ({
      context,
      buildArgs: { FOR: `${name} ${note}` },
      secrets: [{ id: 's', type: 'file', path: `${context}/${name}/secret` }],
    });
    const outcomes = await run(setOf({ a: target('a'), b: target('b') }));
    for (const name of ['a', 'b'])
      expect(await printed(outcomes.get(name)?.load?.imageId, 'cat /copy')).toBe(`${name} ${note}`);
  });

  it('read a directory that they have in common once', async () => {
    const context = folderOf({
      'a.Dockerfile': 'FROM scratch\nCOPY big /a\n',
      'b.Dockerfile': 'FROM scratch\nCOPY big /b\n',
      big: randomUUID().repeat(200_000),
    });
    const target = (name: string): Target => ({
      context,
      dockerfile: `${context}/${name}.Dockerfile`,
    });
    const sent = new Map<string, number>();
    await run(setOf({ a: target('a'), b: target('b') }), {
      onTargetProgress(_, progress) {
        if (progress.type !== 'solve') return;
        for (const { vertex, id, current } of progress.status.statuses)
          if (id === 'transferring context:') sent.set(vertex, current);
      },
    });
    // What the builder asks for a `.dockerignore` is a transfer as well.
    const large = [...sent.values()].filter((bytes) => bytes > 1000);
    expect(large).toEqual([expect.any(Number)]);
    expect(large[0]).toBeGreaterThan(7_000_000);
  });

  it('are loaded when their own build is done', async () => {
    const note = randomUUID();
    const context = folderOf({ Dockerfile: shellOf(`echo ${note}`), '/busybox': '' });
    const slow = folderOf({ Dockerfile: shellOf(`sleep 3 && echo ${note}`), '/busybox': '' });
    const ended: string[] = [];
    let isSlowBuilt = false;
    await run(setOf({ slow: { context: slow }, quick: { context } }), {
      onTargetProgress(target, progress) {
        if (target === 'slow' && progress.type === 'solve')
          isSlowBuilt ||= progress.status.vertexes.some(
            ({ name, completed }) => name.includes('sleep 3') && completed,
          );
      },
      onTargetDone: (target) => ended.push(`${target}${isSlowBuilt ? '' : ' meanwhile'}`),
    });
    expect(ended).toEqual(['quick meanwhile', 'slow']);
  });

  it('that others begin with are built once, without cache as well, and each with its own secrets', async () => {
    const note = randomUUID();
    const base = folderOf({
      Dockerfile: `${withShell}\nRUN --network=none --mount=type=secret,id=s echo ${note} $(cat /run/secrets/s) $RANDOM$RANDOM > /made`,
      '/busybox': '',
      secret: 'hush',
    });
    const user = (name: string): Target => ({
      context: folderOf({ Dockerfile: `FROM base\nRUN --network=none cat /made > /${name}` }),
      buildContexts: [{ name: 'base', source: 'target:base' }],
      needs: ['base'],
      noCache: true,
    });
    const outcomes = await run(
      setOf({
        base: {
          context: base,
          noCache: true,
          secrets: [{ id: 's', type: 'file', path: `${base}/secret` }],
        },
        one: user('one'),
        two: user('two'),
      }),
      { maxParallel: 1 },
    );
    const made = await printed(outcomes.get('base')?.load?.imageId, 'cat /made');
    expect(made).toMatch(new RegExp(`^${note} hush \\d+\n$`));
    for (const name of ['one', 'two'])
      expect(await printed(outcomes.get(name)?.load?.imageId, `cat /${name}`)).toBe(made);
  });

  it('that only others need are not loaded', async () => {
    const base = folderOf({ Dockerfile: 'FROM scratch\nCOPY Dockerfile /base\n' });
    const context = folderOf({ Dockerfile: 'FROM base\nCOPY Dockerfile /app\n' });
    const set = setOf({
      base: { context: base, load: false },
      app: {
        context,
        buildContexts: [{ name: 'base', source: 'target:base' }],
        needs: ['base'],
      },
    });
    const outcomes = await run(set);
    expect(outcomes.get('base')?.load).toBeUndefined();
    expect(outcomes.get('app')?.load?.layersTotal).toBe(2);
  });
});

describe('the first failure', () => {
  it('names its target, and ends the others', async () => {
    const failing = folderOf({
      Dockerfile: shellOf(`echo ${randomUUID()}; exit 7`),
      '/busybox': '',
    });
    const slow = folderOf({
      Dockerfile: shellOf(`sleep 60; echo ${randomUUID()}`),
      '/busybox': '',
    });
    const begun = performance.now();
    const error = await run(setOf({ slow: { context: slow }, broken: { context: failing } })).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(TargetError);
    expect(error).toMatchObject({ target: 'broken', code: 'BUILD_FAILED', cause: { exitCode: 7 } });
    expect(performance.now() - begun).toBeLessThan(30_000);
  });

  it('ends those that wait for the failed target', async () => {
    const base = folderOf({ Dockerfile: 'FROM scratch\nCOPY none /\n' });
    const context = folderOf({ Dockerfile: 'FROM base\n' });
    const buildContexts = [{ name: 'base', source: 'target:base' }];
    const set = setOf({
      base: { context: base },
      app: { context, buildContexts, needs: ['base'] },
    });
    await expect(run(set)).rejects.toMatchObject({ target: 'base', code: 'BUILD_FAILED' });
  });

  it('of one that begins with another ends that as well', async () => {
    const base = folderOf({ Dockerfile: 'FROM scratch\nCOPY Dockerfile /\n' });
    const context = folderOf({ Dockerfile: 'FROM base\nCOPY none /\n' });
    const buildContexts = [{ name: 'base', source: 'target:base' }];
    const set = setOf({
      base: { context: base },
      app: { context, buildContexts, needs: ['base'] },
    });
    await expect(run(set)).rejects.toMatchObject({ target: 'app', code: 'BUILD_FAILED' });
  });

  it('may be that of the user, who cancels', async () => {
    const context = folderOf({
      Dockerfile: shellOf(`sleep 60; echo ${randomUUID()}`),
      '/busybox': '',
    });
    const stop = new AbortController();
    const onTargetProgress = (_: string, progress: Progress) => {
      if (
        progress.type === 'solve' &&
        progress.status.vertexes.some(({ name }) => name.includes('sleep'))
      )
        stop.abort();
    };
    const { signal } = stop;
    const error = await run(setOf({ a: { context } }), { onTargetProgress }, { signal }).catch(
      (thrown: unknown) => thrown,
    );
    expect(isWarmdockError(error) && error.code).toBe('CANCELLED');
  });
});

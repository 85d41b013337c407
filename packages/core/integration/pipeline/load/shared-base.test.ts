import { randomBytes } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadImage } from '../../../src/pipeline/load/load-image.js';
import { planBuild } from '../../../src/pipeline/plan/plan-build.js';
import type { BuildResult } from '../../../src/pipeline/result/build-result.js';
import { runBuild } from '../../../src/pipeline/run-build.js';
import { cleanEnv, engineAt, newTag, openBuildHarness } from '../../support/build-harness.js';
import { contextOf } from '../../support/context.js';
import { fileOf } from '../../support/daemon-images.js';
import { anyBuilder, everySetting, type Setting } from '../../support/settings.js';

const partSizeBytes = 2_000_000;
const names = ['one', 'two', 'three', 'four', 'five', 'six'];

/** Images that were built and not yet loaded, with all layers but the last in common, and their daemon. */
async function builtOnOneBase(setting: Setting, topOf = (name: string) => `own-${name}`) {
  const { buildkit, engine, host } = openBuildHarness(setting);
  const base = Object.fromEntries(
    ['a', 'b', 'c'].map((name) => [name, randomBytes(1_500_000)] as const),
  );
  const steps = ['FROM scratch', ...Object.keys(base).map((name) => `COPY ${name} /${name}`)];
  const files = Object.fromEntries(names.map((name) => [topOf(name), name]));
  const context = contextOf({ ...base, ...files, Dockerfile: '' });
  const build = async (name: string): Promise<BuildResult> => {
    const stdin = [Buffer.from([...steps, `COPY ${topOf(name)} /own`].join('\n'))];
    const plan = planBuild({ context, dockerfile: '-', tags: [newTag()] });
    const result = await runBuild(plan, buildkit, {}, { env: cleanEnv(), stdin: pieces(stdin) });
    onTestFinished(() => result[Symbol.asyncDispose]());
    for (const tag of result.tags)
      onTestFinished(() => void engine.removeImage(tag, { force: true }).catch(() => {}));
    return result;
  };
  return { engine, host, results: await Promise.all(names.map(build)) };
}

async function* pieces(chunks: readonly Buffer[]) {
  yield* chunks;
}

async function expectWhole(host: string, results: readonly BuildResult[]): Promise<void> {
  for (const [at, { tags }] of results.entries())
    expect(await fileOf(host, tags[0] ?? '', 'own')).toBe(names[at]);
}

describe.each(everySetting())('images on one base, loaded at once %s', (_name, setting) => {
  it('send it once, and are whole', async () => {
    const { engine, host, results } = await builtOnOneBase(setting);
    const load = (result: BuildResult) =>
      loadImage(result, engine, { partSizeBytes }, { env: cleanEnv() });
    const loads = await Promise.all(results.map((result) => load(result)));
    const sent = loads.map(({ layersSent }) => layersSent);
    expect(sent.reduce((sum, count) => sum + count)).toBe(3 + names.length);
    await expectWhole(host, results);
    const again = await Promise.all(results.map((result) => load(result)));
    expect(again.map(({ outcome }) => outcome)).toEqual(names.map(() => 'unchanged'));
  });
});

describe.each(['classic', 'containerd'] as const)('into a daemon with the %s store', (store) => {
  it('connections of their own wait for what another one sends', async () => {
    const setting = { builder: anyBuilder(), store };
    const { host, results } = await builtOnOneBase(setting);
    const context = { env: cleanEnv() };
    const loads = await Promise.all(
      results.map((result) => loadImage(result, engineAt(host), { partSizeBytes }, context)),
    );
    const sent = loads.map(({ layersSent }) => layersSent);
    expect(sent.reduce((sum, count) => sum + count)).toBe(3 + names.length);
    await expectWhole(host, results);
  });

  it('images with equal tops under different names are one', async () => {
    const setting = { builder: anyBuilder(), store };
    const { engine, results } = await builtOnOneBase(setting, () => 'top');
    const loads = await Promise.all(results.map((result) => loadImage(result, engine)));
    expect(new Set(loads.map(({ imageId }) => imageId)).size).toBe(1);
    expect(loads.map(({ layersSent }) => layersSent).sort()).toEqual([0, 0, 0, 0, 0, 4]);
  });
});

import { randomBytes, randomUUID } from 'node:crypto';
import { outputOf, runDocker, withShell } from '@warmdock/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { BuildKit } from '../../../src/buildkit/buildkit.js';
import type { Descriptor } from '../../../src/oci/descriptor.js';
import { layersOf } from '../../../src/pipeline/image/image.js';
import { readImage } from '../../../src/pipeline/image/read-image.js';
import { loadImage } from '../../../src/pipeline/load/load-image.js';
import { planBuild } from '../../../src/pipeline/plan/plan-build.js';
import { rootDescriptor } from '../../../src/pipeline/result/root-descriptor.js';
import { runBuild } from '../../../src/pipeline/run-build.js';
import type { Progress } from '../../../src/progress.js';
import { cleanEnv, newTag, openBuildHarness } from '../../support/build-harness.js';
import { buildxWith } from '../../support/buildx.js';
import { busybox, contextOf } from '../../support/context.js';
import { inspect } from '../../support/daemon-images.js';
import { everySetting, type Setting } from '../../support/settings.js';

/** Solves, has the builder forget the steps that `uuid` names, and only then loads. */
async function loadAfterPrune(setting: Setting, dockerfile: string, uuid: string) {
  const { buildkit, engine, host } = openBuildHarness(setting);
  const file = randomBytes(2_000_000);
  const context = contextOf({ Dockerfile: dockerfile, busybox, [uuid]: file });
  const plan = planBuild({ context, tags: [newTag()] });
  const progress: Progress[] = [];
  const told = { env: cleanEnv(), onProgress: (event: Progress) => void progress.push(event) };
  const result = await runBuild(plan, buildkit, {}, told);
  onTestFinished(() => result[Symbol.asyncDispose]());
  await prune(setting, uuid);
  const image = await readImage(result.content, rootDescriptor(result));
  await untilGone(layersOf(image).at(-1), buildkit);
  const loading = loadImage(result, engine, {}, told);
  return { result, loading, progress, host, tag: plan.tags[0] ?? '' };
}

/** The builder collects what was pruned in the background. */
async function untilGone(layer: Descriptor | undefined, { content }: BuildKit): Promise<void> {
  for (let tries = 0; layer && tries < 100; tries++) {
    if (!(await content.exists(layer))) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the builder still holds ${layer?.digest}`);
}

/** Other tests share the builder: only what belongs to this one goes. */
async function prune({ builder }: Setting, uuid: string): Promise<void> {
  const buildx = await buildxWith(builder);
  const args = ['prune', '--builder', buildx.name, '--all', '--force'];
  const filter = ['--filter', `description~=${uuid}`];
  const pruned = await outputOf(runDocker(['buildx', ...args, ...filter], { env: buildx.env }));
  expect(pruned).not.toMatch(/Total:\s+0B/);
}

describe.each(everySetting())(
  'an image that the builder forgot before it was read, %s',
  (_name, setting) => {
    it('is built once more, sent by the builder and loaded, with a notice', async () => {
      const uuid = randomUUID();
      const dockerfile = `FROM scratch\nCOPY ${uuid} /file`;
      const { loading, result, progress, host } = await loadAfterPrune(setting, dockerfile, uuid);
      const load = await loading;
      expect(load).toMatchObject({ outcome: 'full', layersSent: 1 });
      expect([result.digest, result.configDigest]).toContain(load.imageId);
      expect((await inspect(host, load.imageId))?.Id).toBe(load.imageId);
      const notices = progress.filter(({ type }) => type === 'notice');
      expect(notices).toMatchObject([{ message: expect.stringContaining('letting the builder') }]);
    });

    it('that comes out differently when built once more is NOT_FOUND, and no tag moves', async () => {
      const uuid = randomUUID();
      const step = `RUN --network=none cat /proc/sys/kernel/random/uuid > /id # ${uuid}`;
      const dockerfile = `${withShell}\n${step}`;
      const { loading, host, tag } = await loadAfterPrune(setting, dockerfile, uuid);
      await expect(loading).rejects.toMatchObject({
        code: 'NOT_FOUND',
        message: expect.stringContaining('rebuilt another image'),
        hint: expect.stringContaining('build again'),
      });
      expect(await inspect(host, tag)).toBeUndefined();
    });
  },
);

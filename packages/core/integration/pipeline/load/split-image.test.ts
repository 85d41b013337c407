import { randomBytes } from 'node:crypto';
import { outputOf, runDocker, withShell } from '@warmdock/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Engine } from '../../../src/engine/engine.js';
import { loadImage } from '../../../src/pipeline/load/load-image.js';
import { planBuild } from '../../../src/pipeline/plan/plan-build.js';
import { runBuild } from '../../../src/pipeline/run-build.js';
import { cleanEnv, newTag, openBuildHarness } from '../../support/build-harness.js';
import { busybox, contextOf } from '../../support/context.js';
import { run } from '../../support/daemon-images.js';
import { everySetting, type Setting } from '../../support/settings.js';

const partSizeBytes = 2_000_000;

/** An image of five layers that were built and not yet loaded, and its daemon. */
async function builtLayers(setting: Setting) {
  const { buildkit, engine, host } = openBuildHarness(setting);
  const files = ['a', 'b', 'c', 'd'].map((name) => [name, randomBytes(1_500_000)] as const);
  // Other tests' images begin with busybox, too, and a daemon may have some of them.
  const base = withShell.replace('busybox /bin/busybox', 'busybox own /bin/');
  const Dockerfile = [base, ...files.map(([name]) => `COPY ${name} /${name}`)].join('\n');
  const own = randomBytes(16);
  const context = contextOf({ Dockerfile, busybox, own, ...Object.fromEntries(files) });
  const tag = newTag();
  const plan = planBuild({ context, tags: [tag] });
  const result = await runBuild(plan, buildkit, {}, { env: cleanEnv() });
  onTestFinished(() => result[Symbol.asyncDispose]());
  onTestFinished(() => void engine.removeImage(tag, { force: true }).catch(() => {}));
  return { engine, host, tag, result };
}

/** The engine, with a count of the archives that it was sent. */
function counted(engine: Engine) {
  const count = { loads: 0 };
  const loadImages: Engine['loadImages'] = (archive, options) => {
    count.loads++;
    return engine.loadImages(archive, options);
  };
  return { count, engine: { ...engine, loadImages } };
}

/** Partial images of a build's result. */
function partialImages(host: string, { digest }: { digest: string }): Promise<string> {
  const filter = `label=dev.warmdock.part-of=${digest}`;
  return outputOf(runDocker(['image', 'ls', '--all', '--quiet', '--filter', filter], { host }));
}

describe.each(everySetting())('a load in parts %s', (_name, setting) => {
  it('gives the same image, and leaves no partial one', async () => {
    const { engine, host, tag, result } = await builtLayers(setting);
    const { count, engine: counting } = counted(engine);
    const load = await loadImage(result, counting, { partSizeBytes });
    expect(load).toMatchObject({ outcome: 'full', layersTotal: 5, layersSent: 5 });
    expect(load.imageId).toBe(setting.store === 'classic' ? result.configDigest : result.digest);
    expect(count.loads).toBe(3);
    expect(await partialImages(host, result)).toBe('');
    const sizes = await run(host, tag, 'busybox', 'wc', '-c', '/a', '/b', '/c', '/d');
    expect(sizes).toContain('6000000 total');
    expect(await loadImage(result, engine)).toMatchObject({ outcome: 'unchanged' });
  });

  it('leaves no partial image when it is aborted between two parts', async () => {
    const { engine, host, tag, result } = await builtLayers(setting);
    const abort = new AbortController();
    const loading = loadImage(
      result,
      {
        ...engine,
        async loadImages(archive, options) {
          const loaded = await engine.loadImages(archive, options);
          abort.abort();
          return loaded;
        },
      },
      { partSizeBytes },
      { signal: abort.signal },
    );
    await expect(loading).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await partialImages(host, result)).toBe('');
    expect(await engine.inspectImage(tag)).toBeUndefined();
  });
});

import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { defaultPlatform, formatPlatform } from '../../../src/oci/platform.js';
import { loadImage } from '../../../src/pipeline/load/load-image.js';
import type { BuildOptions } from '../../../src/pipeline/plan/build-plan.js';
import { planBuild } from '../../../src/pipeline/plan/plan-build.js';
import { runBuild } from '../../../src/pipeline/run-build.js';
import { cleanEnv, newTag, openBuildHarness } from '../../support/build-harness.js';
import { contextOf, putNode } from '../../support/context.js';
import { fileOf, inspect } from '../../support/daemon-images.js';
import { everySetting, type Setting } from '../../support/settings.js';

const host = formatPlatform(defaultPlatform());
const other = host === 'linux/arm64' ? 'linux/amd64' : 'linux/arm64';

/** Builds and loads with attributes that no option sets. */
function buildHarnessWith(setting: Setting, attrs: Record<string, string>) {
  const { buildkit, engine, host } = openBuildHarness(setting);
  const tags = [newTag()];
  return {
    host,
    tag: tags[0] ?? '',
    async buildAndLoad(options: BuildOptions) {
      const plan = planBuild({ tags, ...options });
      const frontendAttrs = { ...plan.frontendAttrs, ...attrs };
      const result = await runBuild({ ...plan, frontendAttrs }, buildkit, {}, { env: cleanEnv() });
      onTestFinished(() => result[Symbol.asyncDispose]());
      const load = await loadImage(result, engine);
      onTestFinished(async () => {
        await engine.removeImage(load.imageId, { force: true }).catch(() => {});
        engine.close();
      });
      return { result, load };
    },
  };
}

function newContext(): string {
  return contextOf({
    Dockerfile: 'FROM scratch\nARG TARGETARCH\nCOPY low /low\nCOPY file-$TARGETARCH /file',
    low: randomBytes(10_000),
    'file-amd64': `amd64 ${randomUUID()}`,
    'file-arm64': `arm64 ${randomUUID()}`,
  });
}

describe.each(everySetting())('an image with provenance %s', (_name, setting) => {
  const provenance = { 'attest:provenance': 'mode=min' };

  it('is loaded, and the next time its layers are not sent again', async () => {
    const { buildAndLoad, host, tag } = buildHarnessWith(setting, provenance);
    const context = newContext();
    const first = await buildAndLoad({ context });
    expect(first.result.configDigest).toBeUndefined();
    expect((await inspect(host, tag))?.Id).toBe(first.load.imageId);
    const second = await buildAndLoad({ context });
    // Provenance differs each time; in the containerd store it is a part of the image.
    if (setting.store === 'classic') expect(second.load.outcome).toBe('unchanged');
    else expect(second.load.layersSent).toBe(1);
  });

  it('is loaded with only the layer that changed', async () => {
    const { buildAndLoad, host, tag } = buildHarnessWith(setting, provenance);
    const context = newContext();
    await buildAndLoad({ context });
    const changed = randomUUID();
    for (const name of ['file-amd64', 'file-arm64']) putNode(join(context, name), changed);
    const second = await buildAndLoad({ context });
    expect(second.load.outcome).toBe('thin');
    expect(second.load.bytesSent).toBeLessThan(20_000);
    expect(await fileOf(host, tag, 'file')).toBe(changed);
  });
});

describe.each(everySetting())('an image for two platforms %s', (_name, setting) => {
  it('is loaded so that the one of this machine runs', async () => {
    const { buildAndLoad, host: daemon, tag } = buildHarnessWith(setting, {});
    const { load } = await buildAndLoad({ context: newContext(), platforms: [host, other] });
    expect(await fileOf(daemon, tag, 'file')).toMatch(host.split('/')[1] ?? '');
    expect((await inspect(daemon, tag))?.Id).toBe(load.imageId);
  });

  it('of which none is that of the machine is loaded only where the store keeps such images', async () => {
    const {
      buildAndLoad,
      host: daemon,
      tag,
    } = buildHarnessWith(setting, { 'multi-platform': 'true' });
    const building = buildAndLoad({ context: newContext(), platforms: [other] });
    if (setting.store === 'classic') {
      await expect(building).rejects.toMatchObject({
        code: 'UNSUPPORTED',
        message: expect.stringContaining(host),
        hint: expect.stringContaining('for platform'),
      });
      expect(await inspect(daemon, tag)).toBeUndefined();
    } else {
      expect((await building).load.outcome).toBe('full');
    }
  });

  it('may be one for another platform alone', async () => {
    const { buildAndLoad, host: daemon, tag } = buildHarnessWith(setting, {});
    const { load } = await buildAndLoad({ context: newContext(), platforms: [other] });
    expect((await inspect(daemon, tag))?.Id).toBe(load.imageId);
  });
});

import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ContentSource } from '../../../src/content/content.js';
import type { Engine } from '../../../src/engine/engine.js';
import { parseReference } from '../../../src/oci/reference.js';
import { loadImage } from '../../../src/pipeline/load/load-image.js';
import { planBuild } from '../../../src/pipeline/plan/plan-build.js';
import type { BuildResult } from '../../../src/pipeline/result/build-result.js';
import { runBuild } from '../../../src/pipeline/run-build.js';
import type { Progress } from '../../../src/progress.js';
import { cleanEnv, newTag, openBuildHarness } from '../../support/build-harness.js';
import { contextOf, putNode } from '../../support/context.js';
import { unpacked } from '../../support/daemon-images.js';
import { everySetting, type Setting } from '../../support/settings.js';

/** An image in the daemon, and the solved next version of it. */
async function secondVersion(setting: Setting) {
  const { build, buildkit, engine, host } = openBuildHarness(setting);
  const Dockerfile = 'FROM scratch\nCOPY a /a\nCOPY b /b';
  const context = contextOf({ Dockerfile, a: randomUUID(), b: 'b' });
  const tags = [newTag()];
  const { load } = await build({ context, tags });
  const newBytes = randomBytes(3_000_000);
  putNode(join(context, 'b'), newBytes);
  const result = await runBuild(planBuild({ context, tags }), buildkit, {}, { env: cleanEnv() });
  onTestFinished(() => result[Symbol.asyncDispose]());
  const oldIsTagged = async () =>
    (await engine.resolveImage(parseReference(tags[0] ?? ''))) === load.imageId;
  return { result, engine, host, oldId: load.imageId, oldIsTagged, newBytes };
}

/** What the source says, with one byte of each large blob changed. */
function damaged({ content, ...result }: BuildResult): BuildResult {
  const fetch: ContentSource['fetch'] = async function* (descriptor, options) {
    let at = 0;
    for await (const chunk of content.fetch(descriptor, options)) {
      const copy = Buffer.from(chunk);
      const isDamaged = (descriptor.size ?? 0) > 1_000_000 && at === 0 && copy.length > 500;
      if (isDamaged) copy.writeUInt8(copy.readUInt8(500) ^ 1, 500);
      at += copy.length;
      yield copy;
    }
  };
  const exists: ContentSource['exists'] = (descriptor, options) =>
    content.exists(descriptor, options);
  return { ...result, content: { exists, fetch } };
}

describe.each(everySetting())('a layer that is damaged on its way %s', (_name, setting) => {
  it('is DIGEST_MISMATCH, nothing is sent instead, and the tag stays', async () => {
    const { result, engine, oldIsTagged } = await secondVersion(setting);
    const notices: Progress[] = [];
    const onProgress = (event: Progress) => event.type === 'notice' && notices.push(event);
    await expect(loadImage(damaged(result), engine, {}, { onProgress })).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
      message: expect.stringContaining('sha256:'),
      hint: expect.any(String),
    });
    expect(notices).toEqual([]);
    expect(await oldIsTagged()).toBe(true);
  });

  it('is loaded by the next try that brings the right bytes', async () => {
    const { result, engine, host, newBytes } = await secondVersion(setting);
    await expect(loadImage(damaged(result), engine)).rejects.toThrow();
    const { imageId } = await loadImage(result, engine);
    expect(readFileSync(join(await unpacked(host, imageId), 'b')).equals(newBytes)).toBe(true);
    await engine.removeImage(imageId, { force: true });
  });
});

describe.each(everySetting())(
  'an image whose lower layers vanish from the daemon before the load, %s',
  (_name, setting) => {
    it('is compared again, and gets what is missing then, with a notice', async () => {
      const { result, engine, host, oldId, newBytes } = await secondVersion(setting);
      const notices: string[] = [];
      const onProgress = (event: Progress) =>
        event.type === 'notice' && notices.push(event.message);
      const loadImages: Engine['loadImages'] = async (archive, options) => {
        await engine.removeImage(oldId, { force: true });
        return engine.loadImages(archive, options);
      };
      const load = await loadImage(result, { ...engine, loadImages }, {}, { onProgress });
      // The containerd store keeps the layer that came with the first try.
      const layersSent = setting.store === 'classic' ? 2 : 1;
      expect(load).toMatchObject({ layersTotal: 2, layersSent });
      expect(notices).toEqual([
        expect.stringMatching(/1 of 2 layers failed .* sending what is missing/),
      ]);
      const folder = await unpacked(host, load.imageId);
      expect(readFileSync(join(folder, 'b')).equals(newBytes)).toBe(true);
      expect(readFileSync(join(folder, 'a'), 'utf8')).toMatch(/^[0-9a-f-]{36}$/);
      await engine.removeImage(load.imageId, { force: true });
    });

    it('is not taken for present after a load that failed half-way', async () => {
      const { result, engine, host, oldId, newBytes } = await secondVersion(setting);
      let calls = 0;
      const loadImages: Engine['loadImages'] = async (archive, options) => {
        calls++;
        if (calls > 1) throw new Error('enough');
        await engine.removeImage(oldId, { force: true });
        return engine.loadImages(archive, options);
      };
      await expect(loadImage(result, { ...engine, loadImages })).rejects.toThrow('enough');
      const load = await loadImage(result, engine);
      const folder = await unpacked(host, load.imageId);
      expect(readFileSync(join(folder, 'b')).equals(newBytes)).toBe(true);
      await engine.removeImage(load.imageId, { force: true });
    });
  },
);

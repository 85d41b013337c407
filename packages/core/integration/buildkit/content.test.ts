import { randomBytes } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readBlob } from '../../src/content/read-blob.js';
import { digestOf } from '../../src/oci/digest.js';
import { layersOf } from '../../src/pipeline/image/image.js';
import { readImage } from '../../src/pipeline/image/read-image.js';
import { planBuild } from '../../src/pipeline/plan/plan-build.js';
import { rootDescriptor } from '../../src/pipeline/result/root-descriptor.js';
import { runBuild } from '../../src/pipeline/run-build.js';
import { builderAt, cleanEnv } from '../support/build-harness.js';
import { contextOf } from '../support/context.js';
import { everyBuilder, type Setting } from '../support/settings.js';

/** The content of a builder that has just built a layer of 5 MB. */
async function builtContent({ builder }: Setting) {
  const buildkit = builderAt(builder.address);
  const Dockerfile = 'FROM scratch\nCOPY file /file';
  const context = contextOf({ Dockerfile, file: randomBytes(5_000_000) });
  const result = await runBuild(planBuild({ context }), buildkit, {}, { env: cleanEnv() });
  onTestFinished(() => result[Symbol.asyncDispose]());
  const image = await readImage(buildkit.content, rootDescriptor(result));
  const [layer] = layersOf(image);
  if (!layer) throw new Error('the image has no layer');
  return { content: buildkit.content, layer };
}

describe.each(everyBuilder())('the content store of %s', (_name, setting) => {
  it('holds the blobs of what was just built', async () => {
    const { content, layer } = await builtContent(setting);
    expect(await content.exists(layer)).toBe(true);
    const absent = digestOf('nobody has this');
    expect(await content.held([layer.digest, absent])).toEqual(new Set([layer.digest]));
    const bytes = await readBlob(content, layer, { maxBytes: 10_000_000 });
    expect(digestOf(bytes)).toBe(layer.digest);
  });

  it('hands out any part of a blob', async () => {
    const { content, layer } = await builtContent(setting);
    const whole = await readBlob(content, layer, { maxBytes: 10_000_000 });
    for (const [offset, length] of [
      [0, 10],
      [layer.size - 4, 4],
      [1_000_000, 3_000_000],
    ] as const) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of content.fetch(layer, { range: { offset, length } }))
        chunks.push(chunk);
      expect(Buffer.concat(chunks).equals(whole.subarray(offset, offset + length))).toBe(true);
    }
  });

  it('says NOT_FOUND for what it does not hold', async () => {
    const { content } = builderAt(setting.builder.address);
    const digest = digestOf(randomBytes(10));
    const absent = { mediaType: 'application/octet-stream', digest, size: 10 };
    expect(await content.exists(absent)).toBe(false);
    await expect(readBlob(content, absent)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining(digest),
    });
  });
});

describe.each(everyBuilder())('%s', (_name, { builder }) => {
  it('tells its workers and their platforms', async () => {
    const workers = await builderAt(builder.address).listWorkers();
    expect(workers).not.toEqual([]);
    for (const { id, platforms } of workers) {
      expect(id).not.toBe('');
      expect(platforms).toContainEqual(expect.stringMatching(/^linux\/\w+/));
    }
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MediaType } from '../../oci/media-types.js';
import { parsePlatform } from '../../oci/platform.js';
import { parseReference } from '../../oci/reference.js';
import { fakeRegistry, opened } from '../../registry/repository.testing.js';
import type { ImageStore } from '../content.js';
import { openLayout } from '../layout.js';
import { createMemoryStore } from '../memory-store.js';
import { readBlob } from '../read-blob.js';
import { describeBytes } from '../testing/memory-source.js';
import { putImage } from '../testing/small-image.js';
import { copyImage } from './copy-image.js';
import type { CopyProgress } from './copy-options.js';

const from = parseReference('registry.example/app:1.0');
const to = parseReference('registry.example/copy:2.0');

function layout(): ImageStore {
  const directory = mkdtempSync(join(tmpdir(), 'warmdock-copy-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return openLayout(directory);
}

const places: Record<string, () => Promise<ImageStore>> = {
  memory: async () => createMemoryStore(),
  layout: async () => layout(),
  registry: async () => opened(await fakeRegistry()),
};

async function named(store: ImageStore, options: Parameters<typeof putImage>[1] = {}) {
  const image = await putImage(store, options);
  await store.tag(image.manifest, from);
  return image;
}

/** An index of two platforms. */
async function multiPlatform(store: ImageStore, names = ['linux/amd64', 'linux/arm64']) {
  const images = [await putImage(store), await putImage(store)];
  const manifests = images.map(({ manifest }, at) => {
    return { ...manifest, platform: parsePlatform(names[at] ?? '') };
  });
  const document = { schemaVersion: 2, mediaType: MediaType.ociIndex, manifests };
  const bytes = Buffer.from(JSON.stringify(document));
  const index = describeBytes(bytes, MediaType.ociIndex);
  await store.push(
    index,
    (async function* () {
      yield bytes;
    })(),
  );
  await store.tag(index, from);
  return { index, images };
}

const pairs = Object.keys(places).flatMap((source) =>
  Object.keys(places).map((destination) => [source, destination] as const),
);

async function* brokenSource(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('a');
  throw new Error('the disk is gone');
}

describe('an image', () => {
  it.each(pairs)('goes from %s to %s, whole, and once', async (a, b) => {
    const source = await (places[a] ?? (places.memory as never))();
    const destination = await (places[b] ?? (places.memory as never))();
    const { manifest, config, layers } = await named(source);
    const first = await copyImage(source, from, destination, to);
    expect(first.image).toEqual(manifest);
    expect(first.blobs).toEqual({ present: 0, mounted: 0, copied: 3 });
    expect((await destination.resolve(to))?.digest).toBe(manifest.digest);
    for (const blob of [config, ...layers])
      expect((await readBlob(destination, blob)).length).toBe(blob.size);
    const again = await copyImage(source, from, destination, to);
    expect(again).toMatchObject({ movedBytes: 0, blobs: { copied: 0 } });
  });

  it('shares what the destination has of others', async () => {
    const [source, destination] = [createMemoryStore(), createMemoryStore()];
    const { layers } = await named(source);
    const [shared] = layers;
    if (!shared) throw new Error('no layer');
    await destination.push(shared, source.fetch(shared));
    const { blobs, movedBytes } = await copyImage(source, from, destination, to);
    expect(blobs).toEqual({ present: 1, mounted: 0, copied: 2 });
    expect(movedBytes).toBeLessThan(100_000);
  });

  it('is mounted between repositories of one registry', async () => {
    const registry = await fakeRegistry();
    const [source, destination] = [await opened(registry, 'a'), await opened(registry, 'b')];
    await named(source);
    const { blobs, movedBytes } = await copyImage(source, from, destination, to);
    expect([blobs, movedBytes]).toEqual([{ present: 0, mounted: 3, copied: 0 }, 0]);
  });

  it('has its new name only when all of it is there, and goes on after a break', async () => {
    const source = createMemoryStore();
    const { layers } = await named(source, { layerBytes: [1000, 2000, 3000] });
    const registry = await fakeRegistry();
    const destination = await opened(registry, 'b', { retries: 0 });
    const broken: ImageStore = {
      ...source,
      fetch: (blob, options) =>
        blob.digest === layers[1]?.digest ? brokenSource() : source.fetch(blob, options),
    };
    await expect(copyImage(broken, from, destination, to, { concurrency: 1 })).rejects.toThrow();
    expect(await destination.resolve(to)).toBeUndefined();
    expect(registry.content.of('b').manifests.size).toBe(0);
    const { blobs } = await copyImage(source, from, destination, to);
    expect(blobs.present).toBeGreaterThan(0);
    expect((await destination.resolve(to))?.digest).toBeDefined();
  });

  it('that is not there is NOT_FOUND', async () => {
    const copy = copyImage(createMemoryStore(), from, createMemoryStore(), to);
    await expect(copy).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('registry.example/app:1.0'),
    });
  });

  it('of a registry that tells a wrong length is copied all the same', async () => {
    const registry = await fakeRegistry();
    const source = await opened(registry);
    const { manifest } = await named(source);
    registry.faults = { wrongHeadLength: true };
    const destination = createMemoryStore();
    expect((await copyImage(source, from, destination, to)).image).toEqual(manifest);
  });

  it('tells how it goes on', async () => {
    const [source, destination] = [createMemoryStore(), createMemoryStore()];
    const { layers } = await named(source);
    const seen: CopyProgress[] = [];
    await copyImage(source, from, destination, to, { onProgress: (each) => seen.push(each) });
    const ends = seen.filter(({ state }) => state === 'copied');
    expect(ends).toHaveLength(3);
    const sizes = ends.map(({ blob, movedBytes }) => blob.size === movedBytes);
    expect(sizes).toEqual([true, true, true]);
    expect(layers).toHaveLength(2);
  });

  it('ends with its signal, and leaves no name', async () => {
    const [source, destination] = [createMemoryStore(), createMemoryStore()];
    await named(source);
    const signal = AbortSignal.abort();
    await expect(copyImage(source, from, destination, to, { signal })).rejects.toThrow();
    expect(await destination.resolve(to)).toBeUndefined();
  });
});

describe('an image for several platforms', () => {
  it('is copied with all of them', async () => {
    const [source, destination] = [createMemoryStore(), await opened(await fakeRegistry())];
    const { index, images } = await multiPlatform(source);
    expect((await copyImage(source, from, destination, to)).image.digest).toBe(index.digest);
    for (const { manifest } of images) expect(await destination.exists(manifest)).toBe(true);
  });

  it('is copied for one of them as that manifest, for several as a smaller index', async () => {
    const source = createMemoryStore();
    const { images, index } = await multiPlatform(source);
    const [amd64, arm64] = ['linux/amd64', 'linux/arm64'] as const;
    const one = await opened(await fakeRegistry());
    const copied = await copyImage(source, from, one, to, { platforms: [arm64] });
    expect(copied.image.digest).toBe(images[1]?.manifest.digest);
    const two = await opened(await fakeRegistry());
    const both = await copyImage(source, from, two, to, { platforms: [amd64, arm64] });
    expect(both.image.mediaType).toBe(index.mediaType);
    const wanted = { platforms: ['linux/s390x'] };
    await expect(copyImage(source, from, two, to, wanted)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      hint: expect.stringContaining('linux/amd64, linux/arm64'),
    });
  });
});

describe('some platforms of an image', () => {
  it('are those that suit best, not those that come first', async () => {
    const source = createMemoryStore();
    // An amd64 machine runs the first one, too.
    const { images } = await multiPlatform(source, ['linux/386', 'linux/amd64']);
    const platforms = ['linux/amd64'];
    const { image } = await copyImage(source, from, createMemoryStore(), to, { platforms });
    expect(image.digest).toBe(images[1]?.manifest.digest);
  });

  it('are mounted between repositories of one registry', async () => {
    const registry = await fakeRegistry();
    const [source, destination] = [await opened(registry, 'a'), await opened(registry, 'b')];
    await multiPlatform(source);
    const platforms = ['linux/amd64', 'linux/arm64'];
    const copied = await copyImage(source, from, destination, to, { platforms });
    expect(copied).toMatchObject({ movedBytes: 0, blobs: { mounted: 6, copied: 0 } });
  });
});

describe('what refers to an image', () => {
  it.each([false, true])('is copied with it on wish, noReferrers %s', async (noReferrers) => {
    const [here, there] = [await fakeRegistry(), await fakeRegistry()];
    there.faults = { noReferrers };
    const [source, destination] = [await opened(here), await opened(there)];
    const { manifest: subject } = await named(source);
    const { manifest: signature } = await putImage(source, { subject });
    await copyImage(source, from, destination, to, { referrers: true });
    expect(await destination.exists(signature)).toBe(true);
    const found = [];
    for await (const each of destination.referrers(subject.digest)) found.push(each.digest);
    expect(found).toEqual([signature.digest]);
  });
});

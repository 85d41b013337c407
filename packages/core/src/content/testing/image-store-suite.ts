import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Descriptor } from '../../oci/descriptor.js';
import { digestOf } from '../../oci/digest.js';
import { parseReference } from '../../oci/reference.js';
import type { ContentStore, ImageStore } from '../content.js';
import { readBlob } from '../read-blob.js';
import { contentSourceSuite } from './content-source-suite.js';
import { describeBytes } from './memory-source.js';
import { chunksOf, putImage } from './small-image.js';

const name = (tag: string) => parseReference(`registry.example/team/app:${tag}`);

/** The descriptor of a blob that the store then has. */
async function put(store: ContentStore, bytes: Buffer): Promise<Descriptor> {
  const descriptor = describeBytes(bytes);
  await store.push(descriptor, chunksOf(bytes));
  return descriptor;
}

/** The contract of ImageStore, as tests; every implementation runs it, that of ContentSource included. */
export function imageStoreSuite(kind: string, open: () => Promise<ImageStore>): void {
  contentSourceSuite(kind, async () => {
    const store = await open();
    return { source: store, put: (descriptor, bytes) => store.push(descriptor, chunksOf(bytes)) };
  });

  describe(`${kind} as an ImageStore`, () => {
    it('stores a blob whole or not at all', async () => {
      const store = await open();
      const bytes = randomBytes(100_000);
      const wrong = { ...describeBytes(bytes), digest: digestOf('another') };
      await expect(store.push(wrong, chunksOf(bytes))).rejects.toMatchObject({
        code: 'DIGEST_MISMATCH',
      });
      expect(await store.exists(wrong)).toBe(false);
      const broken = (async function* () {
        yield bytes.subarray(0, 50_000);
        throw new Error('the source is gone');
      })();
      const right = describeBytes(bytes);
      await expect(store.push(right, broken)).rejects.toThrow();
      expect(await store.exists(right)).toBe(false);
      await store.push(right, chunksOf(bytes));
      expect((await readBlob(store, right)).equals(bytes)).toBe(true);
    });

    it('takes a blob that it has', async () => {
      const store = await open();
      const bytes = randomBytes(1000);
      const blob = await put(store, bytes);
      expect(await put(store, bytes)).toEqual(blob);
      expect((await readBlob(store, blob)).equals(bytes)).toBe(true);
    });

    it('takes several at a time, one of them twice', async () => {
      const store = await open();
      const blobs = Array.from({ length: 8 }, () => randomBytes(50_000));
      const twice = [...blobs, ...blobs.slice(0, 1)];
      await Promise.all(twice.map((bytes) => put(store, bytes)));
      for (const bytes of blobs)
        expect((await readBlob(store, describeBytes(bytes))).equals(bytes)).toBe(true);
    });

    it('keeps names, and moves them', async () => {
      const store = await open();
      const [first, second] = [await putImage(store), await putImage(store)].map(
        ({ manifest }) => manifest,
      );
      if (!first || !second) throw new Error('no manifests');
      expect(await store.resolve(name('a'))).toBeUndefined();
      await store.tag(first, name('a'));
      await store.tag(first, name('b'));
      await store.tag(second, name('a'));
      expect(await store.resolve(name('a'))).toMatchObject(second);
      expect(await store.resolve(name('b'))).toMatchObject(first);
      expect(await store.resolve(name('c'))).toBeUndefined();
    });

    it('stops when its signal has fired', async () => {
      const store = await open();
      const signal = AbortSignal.abort();
      const bytes = randomBytes(1000);
      await expect(store.push(describeBytes(bytes), chunksOf(bytes), { signal })).rejects.toThrow();
      expect(await store.exists(describeBytes(bytes))).toBe(false);
    });
  });
}

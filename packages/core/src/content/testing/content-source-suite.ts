import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Descriptor } from '../../oci/descriptor.js';
import { digestOf } from '../../oci/digest.js';
import type { ContentSource } from '../content.js';
import { readBlob } from '../read-blob.js';
import { describeBytes } from './memory-source.js';

/** A source under test, and a way to get a blob into it. */
export interface SourceUnderTest {
  readonly source: ContentSource;
  /** Makes the source hold the bytes; `descriptor` is theirs. */
  put(descriptor: Descriptor, bytes: Uint8Array): Promise<void>;
}

/**
 * The contract of ContentSource, as tests; every implementation runs it.
 *
 * `sizesBytes` are the sizes of blobs that it tries, default from empty to 3 MB.
 */
export function contentSourceSuite(
  name: string,
  open: () => Promise<SourceUnderTest>,
  { sizesBytes = [0, 1, 65_536, 3_000_001] }: { sizesBytes?: readonly number[] } = {},
): void {
  describe(`${name} as a ContentSource`, () => {
    it.each(sizesBytes.map((size) => [size]))(
      'hands out a blob of %i bytes as it is',
      async (size) => {
        const { source, put } = await open();
        const bytes = randomBytes(size);
        const descriptor = describeBytes(bytes);
        await put(descriptor, bytes);
        expect((await readBlob(source, descriptor)).equals(bytes)).toBe(true);
      },
    );

    it.each([
      [0, 1],
      [99_999, 100_002],
      [299_999, 1],
    ])('hands out a range of a blob: from %i, %i bytes', async (offset, length) => {
      const { source, put } = await open();
      const bytes = randomBytes(300_000);
      const descriptor = describeBytes(bytes);
      await put(descriptor, bytes);
      const chunks: Uint8Array[] = [];
      for await (const chunk of source.fetch(descriptor, { range: { offset, length } })) {
        chunks.push(chunk);
      }
      expect(Buffer.concat(chunks).equals(bytes.subarray(offset, offset + length))).toBe(true);
    });

    it('tells whether it holds a blob', async () => {
      const { source, put } = await open();
      const bytes = randomBytes(100);
      const descriptor = describeBytes(bytes);
      expect(await source.exists(descriptor)).toBe(false);
      await put(descriptor, bytes);
      expect(await source.exists(descriptor)).toBe(true);
    });

    it('throws NOT_FOUND for a blob that it does not hold', async () => {
      const { source } = await open();
      const absent = { ...describeBytes(randomBytes(10)), digest: digestOf(randomBytes(10)) };
      await expect(readBlob(source, absent)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('hands out chunks that stay as they were', async () => {
      const { source, put } = await open();
      const bytes = randomBytes(500_000);
      const descriptor = describeBytes(bytes);
      await put(descriptor, bytes);
      const chunks: Uint8Array[] = [];
      for await (const chunk of source.fetch(descriptor)) chunks.push(chunk);
      expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
    });

    it('serves several readers of one blob at a time', async () => {
      const { source, put } = await open();
      const bytes = randomBytes(300_000);
      const descriptor = describeBytes(bytes);
      await put(descriptor, bytes);
      const copies = await Promise.all([1, 2, 3].map(() => readBlob(source, descriptor)));
      expect(copies.every((copy) => copy.equals(bytes))).toBe(true);
    });

    it('can be left in the middle of a blob', async () => {
      const { source, put } = await open();
      const bytes = randomBytes(2_000_000);
      const descriptor = describeBytes(bytes);
      await put(descriptor, bytes);
      for await (const chunk of source.fetch(descriptor)) {
        expect(chunk.length).toBeGreaterThan(0);
        break;
      }
      expect((await readBlob(source, descriptor)).equals(bytes)).toBe(true);
    });

    it('stops when its signal has fired', async () => {
      const { source, put } = await open();
      const bytes = randomBytes(2_000_000);
      const descriptor = describeBytes(bytes);
      await put(descriptor, bytes);
      await expect(readBlob(source, descriptor, { signal: AbortSignal.abort() })).rejects.toThrow();
    });
  });
}

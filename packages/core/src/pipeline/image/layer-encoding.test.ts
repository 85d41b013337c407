import { randomBytes } from 'node:crypto';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ContentSource } from '../../content/content.js';
import { memorySource } from '../../content/testing/memory-source.js';
import { MediaType } from '../../oci/media-types.js';
import { openLayer } from './layer-encoding.js';

const text = Buffer.from('some text, again and again; '.repeat(100_000));

/** Opens a layer of these stored bytes inflated, and reads it to its end. */
async function inflate(
  stored: Uint8Array,
  mediaType: string = MediaType.ociLayerGzip,
  change: (source: ReturnType<typeof memorySource>) => ContentSource = (source) => source,
) {
  const source = memorySource({ chunkBytes: 10_000 });
  const layer = source.add(stored, mediaType);
  const { sizeBytes, chunks } = await openLayer(change(source), layer, 'inflated', {});
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return { sizeBytes, bytes: Buffer.concat(parts), layer };
}

describe('a stored layer', () => {
  it('is opened as it is, with its size', async () => {
    const source = memorySource();
    const stored = gzipSync(text);
    const layer = source.add(stored, MediaType.ociLayerGzip);
    const { sizeBytes, chunks } = await openLayer(source, layer, 'stored', {});
    expect(sizeBytes).toBe(stored.length);
    const parts: Uint8Array[] = [];
    for await (const chunk of chunks) parts.push(chunk);
    expect(Buffer.concat(parts).equals(stored)).toBe(true);
  });
});

describe('an inflated layer', () => {
  it.each([
    ['nothing', Buffer.alloc(0)],
    ['text', text],
    ['what cannot be compressed', randomBytes(3_000_000)],
  ])('announces its size and has its bytes: %s', async (_rule, content) => {
    const { sizeBytes, bytes } = await inflate(gzipSync(content));
    expect(sizeBytes).toBe(content.length);
    expect(bytes.equals(content)).toBe(true);
  });

  it.each([
    ['is not compressed', MediaType.ociLayer],
    ['is zstd', MediaType.ociLayerZstd],
  ])('stays as it is when it %s', async (_rule, mediaType) => {
    const { sizeBytes, bytes } = await inflate(text, mediaType);
    expect([sizeBytes, bytes.equals(text)]).toEqual([text.length, true]);
  });

  it.each<[rule: string, stored: Buffer]>([
    ['of several members', Buffer.concat([gzipSync(text), gzipSync('more')])],
    [
      'with a wrong size at its end',
      Buffer.concat([gzipSync(text).subarray(0, -4), Buffer.alloc(4)]),
    ],
    ['that is no gzip', randomBytes(100_000)],
    [
      'that is damaged in the middle but was so from the start',
      damaged(gzipSync(randomBytes(100_000))),
    ],
    ['that breaks off', gzipSync(randomBytes(100_000)).subarray(0, 50_000)],
    ['without its head', deflateRawSync(text)],
  ])('is LOAD_FAILED for gzip %s: it can only go as it is', async (_rule, stored) => {
    await expect(inflate(stored)).rejects.toMatchObject({
      code: 'LOAD_FAILED',
      message: expect.stringContaining('sha256:'),
    });
  });

  it.each<[rule: string, change: (stored: Buffer) => Buffer]>([
    ['other bytes in its middle', damaged],
    ['another end', (stored) => Buffer.concat([stored.subarray(0, -1), Buffer.from([7])])],
    ['bytes that are no gzip', (stored) => randomBytes(stored.length)],
  ])('is DIGEST_MISMATCH when its source has %s', async (_rule, change) => {
    const stored = gzipSync(randomBytes(100_000));
    const inflating = inflate(stored, MediaType.ociLayerGzip, (source) => {
      const layer = source.add(stored);
      source.corrupt(layer, change(stored));
      return source;
    });
    await expect(inflating).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  });

  it('is PROTOCOL when its end cannot be read', async () => {
    const stored = gzipSync(text);
    const inflating = inflate(stored, MediaType.ociLayerGzip, (source) => {
      source.corrupt(source.add(stored), stored.subarray(0, 100));
      return source;
    });
    await expect(inflating).rejects.toMatchObject({ code: 'PROTOCOL' });
  });

  it('throws the error of its source', async () => {
    const broken = new Error('the source broke');
    const inflating = inflate(gzipSync(randomBytes(100_000)), MediaType.ociLayerGzip, (source) => ({
      ...source,
      async *fetch(descriptor, options) {
        yield* source.fetch(descriptor, options);
        if (!options?.range) throw broken;
      },
    }));
    await expect(inflating).rejects.toBe(broken);
  });

  it('leaves its source when its reader leaves', async () => {
    const memory = memorySource({ chunkBytes: 1_000 });
    const layer = memory.add(gzipSync(randomBytes(5_000_000)), MediaType.ociLayerGzip);
    let left = () => {};
    const leaving = new Promise<void>((resolve) => {
      left = resolve;
    });
    let read = 0;
    const source: ContentSource = {
      ...memory,
      async *fetch(descriptor, options) {
        try {
          for await (const chunk of memory.fetch(descriptor, options)) {
            read += chunk.length;
            yield chunk;
          }
        } finally {
          if (!options?.range) left();
        }
      },
    };
    const { chunks } = await openLayer(source, layer, 'inflated', {});
    for await (const _ of chunks) break;
    await leaving;
    expect(read).toBeLessThan(4_500_000);
  });
});

function damaged(stored: Buffer): Buffer {
  const copy = Buffer.from(stored);
  copy.fill(0xff, 50_000, 50_020);
  return copy;
}

import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readBlob } from './read-blob.js';
import { contentSourceSuite } from './testing/content-source-suite.js';
import { memorySource } from './testing/memory-source.js';

describe('readBlob', () => {
  it('throws DIGEST_MISMATCH when the source answers with other bytes', async () => {
    const source = memorySource();
    const descriptor = source.add(randomBytes(5_000));
    source.corrupt(descriptor, randomBytes(5_000));
    await expect(readBlob(source, descriptor)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  });

  it('refuses a blob above maxBytes before it reads', async () => {
    const source = memorySource();
    const descriptor = source.add(randomBytes(101));
    await expect(readBlob(source, descriptor, { maxBytes: 100 })).rejects.toMatchObject({
      code: 'PROTOCOL',
    });
    expect(await readBlob(source, descriptor, { maxBytes: 101 })).toHaveLength(101);
  });

  it('reads no more than the size that the descriptor claims', async () => {
    const source = memorySource();
    const descriptor = source.add(randomBytes(100));
    source.corrupt(descriptor, randomBytes(1_000_000));
    await expect(readBlob(source, descriptor)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  });
});

contentSourceSuite('the memory source of tests', async () => {
  const source = memorySource();
  return { source, put: async (_, bytes) => void source.add(bytes) };
});

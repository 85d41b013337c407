import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { randomImage } from './image.js';

describe('randomImage', () => {
  test('is the same whenever it is made, and another one for another seed', async () => {
    const [first, again, other] = await Promise.all([
      randomImage({ name: 'a:1' }),
      randomImage({ name: 'a:1' }),
      randomImage({ name: 'a:1', seed: 'other' }),
    ]);
    expect(again.archive).toEqual(first.archive);
    expect(other.configDigest).not.toBe(first.configDigest);
  });

  test('holds blobs under the digests of their bytes', async () => {
    const { layout, diffIds } = await randomImage({ name: 'a:1', layers: 2 });
    const blobs = layout.filter(({ name }) => name.startsWith('blobs/'));
    expect(blobs).toHaveLength(diffIds.length + 2);
    for (const { name, content } of blobs) {
      expect(name).toBe(`blobs/sha256/${createHash('sha256').update(content).digest('hex')}`);
    }
  });
});

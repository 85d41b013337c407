import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isWarmdockError } from '@warmdock/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseBolt, readBolt } from './bolt-file.js';
import type { BoltBucket } from './buckets.js';
import { type BucketContent, withMeta, writeBolt } from './write-bolt.testing.js';

/** Where fields are in a meta page. */
const ROOT = 16;
const PAGES = 40;

const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`key ${i}`, `value ${i}`]));

const large: BucketContent = {
  version: 'v1',
  empty: {},
  inline: { a: 'b', c: '' },
  nested: { deeper: { ...many(30), deepest: { key: 'value' } } },
  overflow: { long: Buffer.alloc(5000, 7) },
  'sha256:\xff\x00': 'bytes',
};

function plain({ values, buckets }: BoltBucket): BucketContent {
  return Object.fromEntries([
    ...[...values].map(([name, value]) => [name, value.toString('latin1')]),
    ...[...buckets].map(([name, bucket]) => [name, plain(bucket)]),
  ]);
}

function latin1(content: BucketContent): BucketContent {
  return Object.fromEntries(
    Object.entries(content).map(([name, value]) => {
      if (Buffer.isBuffer(value)) return [name, value.toString('latin1')];
      return [name, typeof value === 'string' ? value : latin1(value)];
    }),
  );
}

describe('parseBolt', () => {
  test.each<[string, BucketContent]>([
    ['nothing', {}],
    ['values', { a: 'b', c: 'd' }],
    ['branches of branches', many(100)],
    ['buckets within values, in pages, and pages that overflow', large],
  ])('reads %s', (_, content) => {
    expect(plain(parseBolt(writeBolt(content)))).toEqual(latin1(content));
  });

  test('reads pages of 4 KB', () => {
    const file = writeBolt(large, { pageSize: 4096, perPage: 100 });
    expect(plain(parseBolt(file))).toEqual(latin1(large));
  });

  test('reads what the last transaction left', () => {
    const file = writeBolt({ key: 'value' });
    // Its meta page is the second; the first one's root leads nowhere.
    const older = withMeta(file, ROOT, 77n).subarray(0, 1024);
    expect(plain(parseBolt(Buffer.concat([older, file.subarray(1024)])))).toEqual({ key: 'value' });
  });

  test.each([0, 1])('does without meta page %i when it is damaged', (page) => {
    const file = writeBolt({ key: 'value' });
    file.writeUInt8(0xff, page * 1024 + 16 + 48);
    expect(plain(parseBolt(file))).toEqual({ key: 'value' });
  });

  /** The root leaf of `{ a, b }` is page 3. */
  const leafAt = 3 * 1024;
  const two = () => writeBolt({ a: '1', b: '2' });
  const patched = (at: number, ...bytes: number[]) => {
    const file = two();
    Buffer.from(bytes).copy(file, leafAt + at);
    return file;
  };

  test.each<[string, Buffer, RegExp]>([
    ['nothing', Buffer.alloc(0), /no valid meta page/],
    ['text', Buffer.alloc(8192, 'no database '), /no valid meta page/],
    ['a root that is a meta page', withMeta(two(), ROOT, 1n), /there is no page 1/],
    ['a root beyond the last page', withMeta(two(), ROOT, 4n), /there is no page 4/],
    ['a page beyond the end', two().subarray(0, leafAt), /page 3 lies beyond the end/],
    [
      'a page beyond all ends',
      withMeta(withMeta(two(), PAGES, 2n ** 63n), ROOT, 2n ** 62n),
      /beyond/,
    ],
    ['a page that ends too late', patched(12, 9), /page 3 reaches beyond the end/],
    ["a page with another's number", patched(0, 9), /page 3 has another's number/],
    ['a page of no kind', patched(8, 0x20), /neither branch nor leaf/],
    ['more elements than fit', patched(10, 0xff, 0xff), /no room for its elements/],
    ['a value that ends too late', patched(16 + 14, 1), /reaches beyond its page/],
    ['keys in the wrong order', patched(16 + 16 + 16, 'b'.charCodeAt(0)), /out of order/],
    ['a bucket without header', patched(16, 1), /no room for its header/],
    ['a page that is its own child', branchToItself(), /referred to twice/],
    ['a bucket that is its own parent', bucketInItself(), /referred to twice/],
    ['buckets that are too deep', writeBolt(deep(70)), /too deep/],
    ['elements that share their keys', sharedKeys(), /lie on top of each other/],
  ])('tells of %s', (_, file, text) => {
    expect(() => parseBolt(file)).toThrow(text);
    expect(() => parseBolt(file)).toThrow(expect.objectContaining({ code: 'PROTOCOL' }));
  });

  function branchToItself(): Buffer {
    const file = writeBolt(many(5));
    const root = Number(file.readBigUInt64LE(16 + ROOT));
    file.writeBigUInt64LE(BigInt(root), root * 1024 + 16 + 8);
    return file;
  }

  function bucketInItself(): Buffer {
    const file = writeBolt({ bucket: { inner: { key: 'value' } } });
    const root = file.readBigUInt64LE(16 + ROOT);
    const value = Number(root) * 1024 + 16 + 16 + 'bucket'.length;
    file.writeBigUInt64LE(root, value);
    return file;
  }

  function deep(levels: number): BucketContent {
    return levels === 0 ? { key: 'value' } : { bucket: deep(levels - 1) };
  }

  /** Sixty keys of 800 bytes, each one byte further: in order, and all on the same bytes. */
  function sharedKeys(): Buffer {
    const file = writeBolt({ long: Buffer.alloc(3000) });
    const at = 3 * 1024;
    file.writeUInt16LE(60, at + 10);
    for (let index = 0; index < 60; index++) {
      const head = at + 16 + index * 16;
      [0, 1000 - index * 16 + index, 800, 0].forEach((field, i) => {
        file.writeUInt32LE(field, head + i * 4);
      });
    }
    for (let index = 0; index < 900; index++)
      file.writeUInt8(Math.floor(index / 4), at + 1016 + index);
    return file;
  }

  test('reads or refuses what a disk may make of a file, and nothing else', () => {
    const original = writeBolt(large);
    const random = randomNumbers(20_240_101);
    let refused = 0;
    for (let round = 0; round < 20_000; round++) {
      const file = mutated(original, random);
      try {
        parseBolt(file);
      } catch (error) {
        if (!isWarmdockError(error)) throw error;
        expect(error.code).toBe('PROTOCOL');
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(1000);
  });

  /** One to four bytes or words changed, below the meta pages; sometimes cut short. */
  function mutated(original: Buffer, random: (below: number) => number): Buffer {
    const file = Buffer.from(original);
    for (let changes = random(4) + 1; changes > 0; changes--) {
      const at = 2048 + random(file.length - 2048 - 8);
      const kinds = [
        () => file.writeUInt8(random(256), at),
        () => file.writeUInt8(file.readUInt8(at) ^ (1 << random(8)), at),
        () => file.writeUInt32LE(random(2 ** 32), at - (at % 4)),
        () => file.writeBigUInt64LE(BigInt(random(30)), at - (at % 8)),
      ];
      kinds[random(kinds.length)]?.();
    }
    return random(10) === 0 ? file.subarray(0, random(file.length)) : file;
  }

  /** The same ones every time: xorshift. */
  function randomNumbers(seed: number): (below: number) => number {
    let state = seed;
    return (below) => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return (state >>> 0) % below;
    };
  }
});

describe('readBolt', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'warmdock-bolt-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  test('names a file that is damaged', () => {
    const path = join(dir, 'meta.db');
    writeFileSync(path, 'text');
    expect(() => readBolt(path)).toThrow(`read of ${path}: no valid meta page`);
  });

  test('follows no link', () => {
    writeFileSync(join(dir, 'real.db'), writeBolt({}));
    symlinkSync('real.db', join(dir, 'meta.db'));
    expect(() => readBolt(join(dir, 'meta.db'))).toThrow('it is no regular file');
  });

  test('does not wait at a pipe', () => {
    spawnSync('mkfifo', [join(dir, 'meta.db')]);
    expect(() => readBolt(join(dir, 'meta.db'))).toThrow('it is no regular file');
  });

  test('throws the error of the system where there is nothing', () => {
    expect(() => readBolt(join(dir, 'meta.db'))).toThrow(
      expect.objectContaining({ code: 'ENOENT' }),
    );
  });
});

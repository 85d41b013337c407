import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { HardLinks } from '../sending/hard-links.js';
import { OfferedFiles } from '../sending/offered-files.js';
import type { Entry } from '../wire/entry.js';
import { PackedPaths } from './packed-paths.js';

it('keeps paths of any bytes and lengths', () => {
  const long = `${'d'.repeat(255)}/`.repeat(15);
  const paths = ['a', 'd/b', 'd/c', 'a/b/c', 'd/e', 'x\xff/\xfe', `${long}f`, 'z', 'd/\n'];
  const packed = new PackedPaths(3);
  const places = [...paths, ...paths].map((path) => packed.add(path));
  for (const place of places) packed.head(place).fill(0xff);
  expect(places.map((place) => packed.get(place))).toEqual([...paths, ...paths]);
  expect(Math.min(...places)).toBeGreaterThan(0);
});

it('finds its way over many blocks', () => {
  const packed = new PackedPaths();
  const paths = Array.from({ length: 20_000 }, (_, i) => `directory-${i >> 6}/name-${i}`);
  const places = paths.map((path) => packed.add(path));
  expect(places.map((place) => packed.get(place))).toEqual(paths);
});

it('device and inode numbers may take all 64 bits', () => {
  const entry = (path: string, ino: bigint) => ({
    path,
    mode: 0,
    sizeBytes: 2 ** 40,
    dev: -1n,
    ino,
  });
  const [one, other] = [entry('a', -(2n ** 63n)), entry('b', -(2n ** 63n) + 1n)] as Entry[];
  const files = new OfferedFiles();
  files.add(one as Entry);
  expect(files.claim(0)).toBe(2 ** 40);
  expect(files.read(0)).toMatchObject({ path: 'a', dev: -1n, ino: -(2n ** 63n) });
  const links = new HardLinks();
  expect([one, other, one].map((file) => links.firstPathOf(file as Entry))).toEqual([
    undefined,
    undefined,
    'a',
  ]);
});

it.each<[what: string, limitBytes: number, keeper: () => (entry: Entry) => unknown]>([
  [
    'a file on offer',
    100,
    () =>
      (
        (files) => (entry: Entry) =>
          files.add(entry)
      )(new OfferedFiles()),
  ],
  [
    'a file of several names',
    120,
    () =>
      (
        (links) => (entry: Entry) =>
          links.firstPathOf(entry)
      )(new HardLinks()),
  ],
])('%s takes less than %i bytes', (_what, limitBytes, keeper) => {
  const keep = keeper();
  const count = 50_000;
  const before = usedBytes();
  for (let i = 0; i < count; i++) {
    const path = `packages/application/node_modules/library-${i >> 5}/distribution/esm/a-module-${i}.js`;
    keep({ path, mode: 0o644, sizeBytes: i, dev: 2n, ino: BigInt(i) } as Entry);
  }
  expect((usedBytes() - before) / count).toBeLessThan(limitBytes);
  keep({ path: '', mode: 0, sizeBytes: 0, dev: 0n, ino: 0n } as Entry);
});

function usedBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

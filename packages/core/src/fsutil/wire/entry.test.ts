import type { BigIntStats } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isDirectory, isRegularFile, toEntry, toGoMode } from './entry.js';

describe('toGoMode', () => {
  it.each<[what: string, posix: number, go: number | undefined]>([
    ['a file', 0o100644, 0o644],
    ['a directory', 0o040755, 0x8000_01ed],
    ['a symbolic link', 0o120777, 0x0800_01ff],
    ['a fifo', 0o010600, 0x0200_0180],
    ['a block device', 0o060660, 0x0400_01b0],
    ['a character device', 0o020666, 0x0420_01b6],
    ['setuid', 0o104755, 0x0080_01ed],
    ['setgid', 0o102755, 0x0040_01ed],
    ['a sticky directory', 0o041777, 0x8010_01ff],
    ['a socket, as an empty file', 0o140755, 0o755],
  ])('gives the bits of os.FileMode for %s', (_what, posix, go) => {
    expect(toGoMode(posix)).toBe(go);
  });
});

function entryOf(posixMode: number, stats: Partial<BigIntStats>) {
  const mode = toGoMode(posixMode);
  return toEntry(
    'p',
    mode,
    { size: 9n, mtimeNs: 1n, rdev: 0n, dev: 1n, ino: 2n, ...stats } as BigIntStats,
    '',
  );
}

it('gives a directory no size', () => {
  expect(entryOf(0o040755, { size: 4096n }).sizeBytes).toBe(0);
  expect(entryOf(0o100644, { size: 4096n }).sizeBytes).toBe(4096);
});

it.each([
  [0x0103n, 1, 3],
  [0x0008_0010n, 0x800, 0x10],
  [0x1230_fe45n, 0xfe, 0x12345],
])('takes device number %i apart', (rdev, deviceMajor, deviceMinor) => {
  expect(entryOf(0o060660, { rdev })).toMatchObject({ deviceMajor, deviceMinor });
});

it('tells directories and regular files from all else', () => {
  const kinds = [0o040755, 0o104755, 0o120777, 0o010600, 0o060660].map((mode) => entryOf(mode, {}));
  expect(kinds.map(isDirectory)).toEqual([true, false, false, false, false]);
  expect(kinds.map(isRegularFile)).toEqual([false, true, false, false, false]);
});

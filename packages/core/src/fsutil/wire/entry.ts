import type { BigIntStats } from 'node:fs';
import type { BytePath } from '../paths/byte-path.js';
import type { ExtendedAttribute } from './extended-attributes.js';

/** One file, directory, link or device of a tree as the receiver is told about it. Owner is always root. */
export interface Entry {
  readonly path: BytePath;
  /** Bits of Go's `os.FileMode`, which are not those of POSIX. */
  readonly mode: number;
  readonly sizeBytes: number;
  readonly mtimeNs: bigint;
  /** Where a symbolic link points, or the path, sent before, that this is another hard link of; else empty. */
  readonly linkname: BytePath;
  readonly deviceMajor: number;
  readonly deviceMinor: number;
  readonly attributes: readonly ExtendedAttribute[];
  /** File system and number of the file: what is opened later under `path` must still be this. */
  readonly dev: bigint;
  readonly ino: bigint;
}

/** Type and special bits of Go's `os.FileMode`; the low nine are the permissions. */
export const GoMode = {
  directory: 2 ** 31,
  symlink: 2 ** 27,
  device: 2 ** 26,
  fifo: 2 ** 25,
  setuid: 2 ** 23,
  setgid: 2 ** 22,
  charDevice: 2 ** 21,
  sticky: 2 ** 20,
  /** Every bit that makes an entry something else than a regular file. */
  type: 0x8f28_0000,
} as const;

const goTypeOfPosix: ReadonlyMap<number, number> = new Map([
  [0o100000, 0],
  [0o040000, GoMode.directory],
  [0o120000, GoMode.symlink],
  [0o060000, GoMode.device],
  [0o020000, GoMode.device + GoMode.charDevice],
  [0o010000, GoMode.fifo],
  // A socket, which no image can hold: fsutil tells of an empty file.
  [0o140000, 0],
]);

/** The bits of `os.FileMode` for a POSIX mode, as fsutil sends them: those of a socket are a regular file's. */
export function toGoMode(posixMode: number): number {
  const type = goTypeOfPosix.get(posixMode & 0o170000) ?? 0;
  return (
    type +
    (posixMode & 0o777) +
    (posixMode & 0o4000 ? GoMode.setuid : 0) +
    (posixMode & 0o2000 ? GoMode.setgid : 0) +
    (posixMode & 0o1000 ? GoMode.sticky : 0)
  );
}

/** The permission bits of POSIX, with setuid, setgid and sticky, for those of `os.FileMode`. */
export function toPosixPermissions(goMode: number): number {
  return (
    (goMode & 0o777) +
    (goMode & GoMode.setuid ? 0o4000 : 0) +
    (goMode & GoMode.setgid ? 0o2000 : 0) +
    (goMode & GoMode.sticky ? 0o1000 : 0)
  );
}

export function isDirectory(entry: Entry): boolean {
  return entry.mode >= GoMode.directory;
}

/** Whether the receiver may ask for content: sender and receiver decide this by the same rule. */
export function isRegularFile(entry: Entry): boolean {
  return (entry.mode & GoMode.type) === 0;
}

/**
 * The entry for what `lstat` said about `path`.
 *
 * `stats` are big integers since times in doubles are 244 ns wide, which can move a time into
 * the next second and so change a layer, and since inode numbers may exceed 2^53.
 */
export function toEntry(
  path: BytePath,
  mode: number,
  stats: BigIntStats,
  linkname: BytePath,
  attributes: readonly ExtendedAttribute[] = [],
): Entry {
  const rdev = Number(stats.rdev);
  return {
    path,
    mode,
    sizeBytes: mode >= GoMode.directory ? 0 : Number(stats.size),
    mtimeNs: stats.mtimeNs,
    linkname,
    deviceMajor: (rdev >>> 8) & 0xfff,
    deviceMinor: (rdev & 0xff) | ((rdev >>> 12) & 0xfff00),
    attributes,
    dev: stats.dev,
    ino: stats.ino,
  };
}

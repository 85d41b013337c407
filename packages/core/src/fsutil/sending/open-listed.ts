import { type BigIntStats, closeSync, constants, fstatSync, openSync, readlinkSync } from 'node:fs';
import { isWarmdockError, WarmdockError } from '../../errors.js';
import { type BytePath, toSystemPath, toText } from '../paths/byte-path.js';
import { errnoOf, isAbsent, unreadableFile } from '../paths/unreadable.js';
import type { ListedFile } from './offered-files.js';

/** Not through a link in the last element, and never waiting for the writer of a fifo put in a file's place. */
const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export interface OpenedFile {
  readonly fd: number;
  /** Size now, which may differ from the listed one. */
  readonly sizeBytes: number;
}

/** What opening a socket ends with, on Linux and elsewhere. */
const errnosOfSockets: readonly string[] = ['ENXIO', 'EOPNOTSUPP'];

/**
 * Opens a regular file which a walk has listed, for reading; the caller closes it.
 *
 * No symbolic link that is put in place of the file or of a directory on its way, before, during or after
 * the walk, makes this open a file outside of the tree: on Linux the kernel is asked where the opened
 * file lives, which has to be the listed place; elsewhere it has to be the very file that the
 * walk saw, by device and inode number (there a link that also fooled the walk is not noticed, and a file
 * that an editor saved by renaming counts as replaced).
 *
 * @returns undefined for a socket, which has no content
 * @throws WarmdockError NOT_FOUND if it is gone or something else is in its place, PERMISSION_DENIED, UNAVAILABLE
 */
export function openListed(root: BytePath, file: ListedFile): OpenedFile | undefined {
  const path = `${root}/${file.path}`;
  const fd = open(root, file);
  if (fd === undefined) return undefined;
  try {
    const stats = fstatSync(fd, { bigint: true });
    if (!stats.isFile() || !(livesAt(fd, path) ?? isSame(stats, file))) throw replaced(path);
    return { fd, sizeBytes: Number(stats.size) };
  } catch (cause) {
    closeSync(fd);
    throw isWarmdockError(cause) ? cause : unreadableFile(root, file.path, cause);
  }
}

function open(root: BytePath, file: ListedFile): number | undefined {
  const path = `${root}/${file.path}`;
  try {
    return openSync(toSystemPath(path), flags);
  } catch (cause) {
    const errno = errnoOf(cause) ?? '';
    if (errnosOfSockets.includes(errno)) return undefined;
    throw errno === 'ELOOP' ? replaced(path, cause) : unreadableFile(root, file.path, cause);
  }
}

/** Undefined where the kernel does not tell: on other systems, and without a /proc. */
function livesAt(fd: number, path: BytePath): boolean | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    return readlinkSync(`/proc/self/fd/${fd}`, 'latin1') === path;
  } catch (cause) {
    if (isAbsent(cause)) return undefined;
    throw cause;
  }
}

function isSame(stats: BigIntStats, file: ListedFile): boolean {
  return stats.ino === file.ino && stats.dev === file.dev;
}

function replaced(path: BytePath, cause?: unknown): WarmdockError {
  return new WarmdockError('NOT_FOUND', `read ${toText(path)}: no longer what was listed`, {
    hint: 'Something replaces files while they are sent; build again when it is done, or list them in .dockerignore.',
    cause,
  });
}

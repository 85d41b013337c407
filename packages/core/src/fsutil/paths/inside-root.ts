import { closeSync, constants, lstatSync, openSync } from 'node:fs';
import { WarmdockError } from '../../errors.js';
import { type BytePath, toSystemPath, toText } from './byte-path.js';

/** A directory, and no link to one. */
const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/**
 * Calls `action` with a path for the last element of `path` below the root, through which no
 * symbolic link leads out, whatever is put in the place of a directory meanwhile.
 *
 * On Linux each directory on the way is opened from the one before, and `action` gets the path by way
 * of the descriptor; elsewhere each is looked at first, and who swaps one between the two is not
 * noticed. Throws `PERMISSION_DENIED` when something else than a directory is on the way.
 */
export function insideRoot<T>(
  root: string,
  path: BytePath,
  action: (safePath: string | Buffer) => T,
): T {
  const names = path.split('/');
  const last = names.pop() ?? '';
  if (process.platform !== 'linux') return action(lookedAt(root, names, last));
  let fd = openSync(root, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    for (const [at, name] of names.entries()) {
      const inner = openDirectory(fd, name, names.slice(0, at + 1), root);
      closeSync(fd);
      fd = inner;
    }
    return action(toSystemPath(`/proc/self/fd/${fd}/${last}`));
  } finally {
    closeSync(fd);
  }
}

function openDirectory(parent: number, name: string, path: string[], root: string): number {
  try {
    return openSync(toSystemPath(`/proc/self/fd/${parent}/${name}`), flags);
  } catch (cause) {
    throw noDirectory(root, path, cause);
  }
}

function lookedAt(root: string, names: readonly string[], last: string): string | Buffer {
  for (let at = 1; at <= names.length; at++) {
    const path = names.slice(0, at);
    const directory = Buffer.from(
      `${Buffer.from(root).toString('latin1')}/${path.join('/')}`,
      'latin1',
    );
    if (!lstatSync(directory, { throwIfNoEntry: false })?.isDirectory())
      throw noDirectory(root, path);
  }
  const bytes = `${Buffer.from(root).toString('latin1')}/${[...names, last].join('/')}`;
  return Buffer.from(bytes, 'latin1');
}

function noDirectory(root: string, path: readonly string[], cause?: unknown): WarmdockError {
  const name = toText(path.join('/'));
  return new WarmdockError(
    'PERMISSION_DENIED',
    `cannot write below ${root}/${name}: it is not a directory, or cannot be opened as one`,
    { hint: 'something else put it there meanwhile; write into a directory of your own', cause },
  );
}

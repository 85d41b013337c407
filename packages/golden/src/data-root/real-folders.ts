import { lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { WarmdockError } from '@warmdock/core';

/**
 * Throws `CONFLICT` unless every folder between `root` and `root/at` is a real one. A session may
 * have replaced some by links that lead out of it.
 */
export function assertRealFolders(root: string, at: string): void {
  for (let folder = dirname(at); folder !== '.'; folder = dirname(folder)) {
    const path = join(root, folder);
    if (!lstatSync(path).isDirectory()) throw replaced(path);
  }
}

/**
 * Whether `root/at` is a folder; false where there is nothing. Throws `CONFLICT` when it or a
 * folder on the way is something else.
 */
export function isRealFolder(root: string, at: string): boolean {
  const parts = at.split('/');
  for (let depth = 1; depth <= parts.length; depth++) {
    const path = join(root, ...parts.slice(0, depth));
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return false;
    if (!stat.isDirectory()) throw replaced(path);
  }
  return true;
}

function replaced(path: string): WarmdockError {
  return new WarmdockError('CONFLICT', `${path} is not a folder`, {
    hint: 'Something in the session replaced it: release the session and build the golden anew.',
  });
}

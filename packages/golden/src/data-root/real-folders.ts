import { lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { WarmdockError } from '@warmdock/core';

/**
 * Throws `CONFLICT` unless every folder between `root` and `root/at` is one, and none a link that
 * would lead out of it: what ran in a session may have planted some.
 */
export function assertRealFolders(root: string, at: string): void {
  for (let folder = dirname(at); folder !== '.'; folder = dirname(folder)) {
    const path = join(root, folder);
    if (!lstatSync(path).isDirectory()) throw replaced(path);
  }
}

/**
 * Is `root/at` a folder? False where there is nothing; throws `CONFLICT` where there is something
 * else, on the way to it as well.
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

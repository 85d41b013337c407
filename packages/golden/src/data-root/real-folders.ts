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
    if (!lstatSync(path).isDirectory()) {
      throw new WarmdockError('CONFLICT', `${path} is not a folder`, {
        hint: 'Something in the session replaced it: release the session and build the golden anew.',
      });
    }
  }
}

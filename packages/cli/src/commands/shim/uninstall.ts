import { unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { removeMade } from './made-folders.js';
import { removeRecord } from './recorded-node.js';
import { ShimError } from './shim-error.js';
import { placeOf } from './shim-file.js';

/**
 * Removes the shim from the folder, and the folders that were made for it and are empty now.
 *
 * Returns what was removed. Throws `ShimError` for a docker that is not ours.
 */
export function uninstallShim(folder: string): string[] {
  const [docker, compose] = [join(folder, 'docker'), join(folder, 'docker-compose')];
  if (placeOf(docker) === 'foreign') {
    throw new ShimError(
      `${docker} is not warmdock's shim`,
      'name the folder of the shim: warmdock shim uninstall --dir DIR',
    );
  }
  const removed = [docker, compose].filter((path) => placeOf(path) === 'ours');
  for (const path of removed) remove(path);
  removeRecord(folder);
  removeMade(folder);
  return removed;
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ShimError(`cannot remove ${path}: ${code}`, 'check who owns its folder');
  }
}

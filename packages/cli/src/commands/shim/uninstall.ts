import { unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { removeCreatedFolders } from './created-folders.js';
import { removeNodeRecord } from './recorded-node.js';
import { ShimError } from './shim-error.js';
import { stateOfShimFile } from './shim-file.js';

/**
 * Removes the shim from the folder, and the folders that were made for it and are empty now.
 *
 * Returns what was removed. Throws `ShimError` for a docker that is not ours.
 */
export function uninstallShim(folder: string): string[] {
  const [docker, compose] = [join(folder, 'docker'), join(folder, 'docker-compose')];
  if (stateOfShimFile(docker) === 'foreign') {
    throw new ShimError(
      `${docker} is not warmdock's shim`,
      'name the folder of the shim: warmdock shim uninstall --dir DIR',
    );
  }
  const removed = [docker, compose].filter((path) => stateOfShimFile(path) === 'ours');
  for (const path of removed) remove(path);
  removeNodeRecord(folder);
  removeCreatedFolders(folder);
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

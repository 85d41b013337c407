import { rmdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ShimError } from './shim-error.js';
import { placeOf } from './shim-file.js';

export interface UninstallOptions {
  readonly folder: string;
  /** Whether the folder is the shim's own, and goes with it when it is empty. */
  readonly isOwnFolder: boolean;
}

/** Removes the shim from the folder; false when it is not there. Throws `ShimError` for a docker that is not ours. */
export function uninstallShim({ folder, isOwnFolder }: UninstallOptions): boolean {
  const path = join(folder, 'docker');
  const place = placeOf(path);
  if (place === 'empty') return false;
  if (place === 'foreign') {
    throw new ShimError(
      `${path} is not warmdock's shim`,
      'name the folder of the shim: warmdock shim uninstall --dir DIR',
    );
  }
  try {
    unlinkSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ShimError(`cannot remove ${path}: ${code}`, 'check who owns its folder');
  }
  if (isOwnFolder) removeIfEmpty(folder);
  return true;
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {}
}

import { rmdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { removeRecord } from './recorded-node.js';
import { ShimError } from './shim-error.js';
import { placeOf } from './shim-file.js';

export interface UninstallOptions {
  readonly folder: string;
  /** Whether the folder is the shim's own, and goes with it when it is empty. */
  readonly isOwnFolder: boolean;
}

/** Removes the shim from the folder; returns what was removed. Throws `ShimError` for a docker that is not ours. */
export function uninstallShim({ folder, isOwnFolder }: UninstallOptions): string[] {
  const [docker, compose] = [join(folder, 'docker'), join(folder, 'docker-compose')];
  if (placeOf(docker) === 'foreign') {
    throw new ShimError(
      `${docker} is not warmdock's shim`,
      'name the folder of the shim: warmdock shim uninstall --dir DIR',
    );
  }
  const removed = [docker, compose].filter((path) => placeOf(path) === 'ours');
  for (const path of removed) remove(path);
  if (removed.length > 0) removeRecord(folder);
  if (isOwnFolder && removed.length > 0) removeIfEmpty(folder);
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

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {}
}

import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { userDirectory } from '@warmdock/core/internal';
import { isShim } from '../../docker/is-shim.js';

/** The folder that the shim is installed into: one of its own, where no real docker can be. */
export function defaultShimFolder(env: NodeJS.ProcessEnv): string {
  const shared = userDirectory('data', env) ?? join(env.HOME || homedir(), '.local', 'share');
  return join(shared, 'warmdock', 'bin');
}

/** What stands where the shim is to be. */
export type ShimFileState = 'empty' | 'ours' | 'foreign';

export function stateOfShimFile(path: string): ShimFileState {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return 'empty';
  if (found.isFile()) return isShim(path) ? 'ours' : 'foreign';
  return found.isSymbolicLink() && isLinkToShim(path) ? 'ours' : 'foreign';
}

/** A link into a package that is no longer there is known by its text. */
function isLinkToShim(path: string): boolean {
  try {
    return isShim(realpathSync(path));
  } catch {
    return /(^|\/)cli\/bin\/docker$/.test(readlinkSync(path));
  }
}

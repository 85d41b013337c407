import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import { classicLayers } from './layer-database.js';
import { isRealFolder } from './real-folders.js';
import { overlayFolder } from './tree.js';
import { treeStat } from './tree-files.js';

/**
 * Marks the layers of images as overlay2 does once something is built or run on them. overlay2
 * mounts other layers writable, even for `docker save`: that fails for layers that are shared
 * read-only.
 */
export function markCommitted(tree: string): void {
  for (const { cacheId } of classicLayers(tree)) {
    const folder = `${overlayFolder}/${cacheId}`;
    if (cacheId === undefined || !isRealFolder(tree, folder)) continue;
    const at = `${folder}/committed`;
    if (treeStat(tree, at) !== undefined) continue;
    closeSync(openSync(join(tree, at), constants.O_CREAT | constants.O_EXCL, 0o600));
  }
}

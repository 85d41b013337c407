import { lstatSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { clonePolicyOf } from '../../data-root/clone-policy.js';
import { rootNames } from '../../data-root/tree.js';
import { ensureFolder } from '../trees/ensure-folder.js';
import { lexistsSync } from '../trees/lexists-sync.js';
import { makeFolderLike } from '../trees/make-folder-like.js';
import { ownPart, sharedPart } from './sealed-tree.js';

/**
 * Splits a tree into what clones share and what they copy, by renaming. `isLayer` tells which paths
 * are links to layers. May be repeated after a call that ended half-way.
 */
export function splitTree(tree: string, isLayer: (at: string) => boolean): void {
  const [shared, own] = [sharedPart(tree), ownPart(tree)];
  for (const part of [shared, own]) ensureFolder(part, 0o711);
  for (const name of rootNames) {
    if (lexistsSync(join(tree, name))) renameSync(join(tree, name), join(shared, name));
    if (lexistsSync(join(shared, name))) split({ shared, own, isLayer }, name);
  }
}

interface Parts {
  readonly shared: string;
  readonly own: string;
  readonly isLayer: (at: string) => boolean;
}

function split(parts: Parts, at: string): void {
  const path = join(parts.shared, at);
  switch (clonePolicyOf(at, lstatSync(path).isDirectory(), parts.isLayer)) {
    case 'folder':
      for (const name of readdirSync(path)) split(parts, join(at, name));
      break;
    case 'own':
      makeFolder(parts, dirname(at));
      renameSync(path, join(parts.own, at));
      break;
    case 'dropped':
      rmSync(path, { recursive: true });
      break;
    case 'shared':
      break;
  }
}

/** Makes it like the folder that the clone has when this one is copied onto it. */
function makeFolder(parts: Parts, at: string): void {
  const path = join(parts.own, at);
  if (lexistsSync(path)) return;
  if (at !== '.') makeFolder(parts, dirname(at));
  makeFolderLike(lstatSync(join(parts.shared, at)), path);
}

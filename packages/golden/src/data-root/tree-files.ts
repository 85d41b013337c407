import { lstatSync, readdirSync, readFileSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import { WarmdockError } from '@warmdock/core';
import { isRealFolder } from './real-folders.js';

/** Limit for files that are read whole: they hold a few lines or an image's configuration. */
const MAX_TEXT_BYTES = 16 * 2 ** 20;

/** Names in a folder of the tree, sorted; none where there is no such folder. */
export function treeNames(tree: string, at: string): string[] {
  return isRealFolder(tree, at) ? readdirSync(join(tree, at)).sort() : [];
}

/** What is at this place of the tree, itself a link or not; `undefined` where there is nothing. */
export function treeStat(tree: string, at: string): Stats | undefined {
  if (!isRealFolder(tree, dirname(at))) return undefined;
  return lstatSync(join(tree, at), { throwIfNoEntry: false });
}

/** Content of a file of the tree; `undefined` where there is nothing; throws `CONFLICT` for all but a file. */
export function treeText(tree: string, at: string): string | undefined {
  const stat = treeStat(tree, at);
  if (stat === undefined) return undefined;
  const path = join(tree, at);
  if (stat.isFile() && stat.size <= MAX_TEXT_BYTES) return readFileSync(path, 'utf8');
  throw new WarmdockError('CONFLICT', `${path} is not what a daemon writes there`);
}

import { randomUUID } from 'node:crypto';
import { lstat, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type CallOptions, messageOf } from '@warmdock/core';
import { removeTree } from '../strategy/remove-tree.js';
import type { StoreContext } from './context.js';
import { hasCode, isDiskFull } from './disk-error.js';
import { exists } from './exists.js';
import { treeOf } from './paths.js';

/** Takes a folder or file out of sight, at once; answers with its place in the trash. */
export async function discard({ paths }: StoreContext, path: string): Promise<string> {
  const place = join(paths.trash, randomUUID());
  await rename(path, place);
  return place;
}

/**
 * The same for what is to be deleted: where there is no room even to rename it, it stays in its place.
 */
export async function discardForShredding(context: StoreContext, path: string): Promise<string> {
  try {
    return await discard(context, path);
  } catch (error) {
    if (isDiskFull(error)) return path;
    throw error;
  }
}

/** Deletes what was discarded: the tree in a folder by the strategy's means. Others may do so as well. */
export async function shred(
  { strategy }: StoreContext,
  place: string,
  options?: CallOptions,
): Promise<void> {
  const stat = await lstat(place).catch(() => undefined);
  try {
    if (stat?.isDirectory()) await strategy.remove(treeOf(place), options);
    await removeTree(place, options);
  } catch (error) {
    if (await exists(place)) throw error;
  }
}

/** Deletes what is in the trash; answers with what could not be deleted. */
export async function emptyTrash(context: StoreContext, options?: CallOptions): Promise<string[]> {
  const failures: string[] = [];
  for (const name of await readdir(context.paths.trash)) {
    try {
      await shred(context, join(context.paths.trash, name), options);
    } catch (error) {
      if (options?.signal?.aborted) throw error;
      failures.push(`trash/${name} could not be deleted: ${messageOf(error)}`);
    }
  }
  return failures;
}

/** Takes a folder out of sight and deletes it; false when it was not there any more. */
export async function removeIfThere(context: StoreContext, path: string): Promise<boolean> {
  let place: string;
  try {
    place = await discardForShredding(context, path);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
  await shred(context, place);
  return true;
}

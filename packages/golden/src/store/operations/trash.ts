import { randomUUID } from 'node:crypto';
import { lstat, readdir, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isWarmdockError } from '@warmdock/core';
import { messageOf } from '@warmdock/core/internal';
import type { CallOptions } from '@warmdock/core/oci';
import { removeTree } from '../../strategy/trees/remove-tree.js';
import { hasCode, isDiskFull } from '../fs/disk-error.js';
import { exists } from '../fs/exists.js';
import { parkedIn, type StorePaths, treeOf } from '../records/paths.js';
import { namesIn } from '../records/project.js';
import type { StoreContext } from './context.js';

/** Of what is in the trash, only projects have such names: what layers hold was written by anybody. */
const projectPrefix = 'project-';

/** Takes a folder or file out of sight, at once; answers with its place in the trash. */
export function discard({ paths }: StoreContext, path: string): Promise<string> {
  return moveTo(join(paths.trash, randomUUID()), path);
}

/** The same for a project's folder, whose parked generations have trees. */
export function discardProject({ paths }: StoreContext, folder: string): Promise<string> {
  return moveTo(join(paths.trash, `${projectPrefix}${randomUUID()}`), folder);
}

async function moveTo(place: string, path: string): Promise<string> {
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

/** Deletes what was discarded: trees in it by the strategy's means. Others may do so as well. */
export async function shred(
  { paths, strategy }: StoreContext,
  place: string,
  options?: CallOptions,
): Promise<void> {
  const stat = await lstat(place).catch(() => undefined);
  try {
    if (stat?.isDirectory()) {
      for (const folder of [place, ...(await parkedGenerations(paths, place))]) {
        await strategy.remove(treeOf(folder), options);
      }
    }
    await removeTree(place, options);
  } catch (error) {
    if (await exists(place)) throw error;
  }
}

/** Folders in a project that was removed; none in all else. */
async function parkedGenerations({ trash }: StorePaths, place: string): Promise<string[]> {
  if (dirname(place) !== trash || !basename(place).startsWith(projectPrefix)) return [];
  const parked = parkedIn(place);
  return (await namesIn(parked)).map((name) => join(parked, name));
}

/** Deletes what is in the trash; answers with what could not be deleted, and what to do. */
export async function emptyTrash(context: StoreContext, options?: CallOptions): Promise<string[]> {
  const failures: string[] = [];
  for (const name of await readdir(context.paths.trash)) {
    try {
      await shred(context, join(context.paths.trash, name), options);
    } catch (error) {
      if (options?.signal?.aborted) throw error;
      const hint = isWarmdockError(error) && error.hint ? `. ${error.hint}` : '';
      failures.push(`trash/${name} could not be deleted: ${messageOf(error)}${hint}`);
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

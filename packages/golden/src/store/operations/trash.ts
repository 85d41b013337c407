import { randomUUID } from 'node:crypto';
import { lstat, readdir, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isWarmdockError } from '@warmdock/core';
import { messageOf } from '@warmdock/core/internal';
import type { CallOptions } from '@warmdock/core/oci';
import { removeTree } from '../../strategy/trees/remove-tree.js';
import { hasCode, isDiskFull } from '../fs/disk-error.js';
import { exists } from '../fs/exists.js';
import { pendingDeletionIn, type StorePaths, treeOf } from '../records/paths.js';
import { namesInFolder } from '../records/project.js';
import type { StoreContext } from './store-context.js';

/** Only removed projects have such names in the trash; the content of layers is not trusted. */
const projectPrefix = 'project-';

/** Moves a folder or file into the trash; returns its path there. */
export function moveToTrash({ paths }: StoreContext, path: string): Promise<string> {
  return moveTo(join(paths.trash, randomUUID()), path);
}

/** Moves a project's folder into the trash; its hidden generations have trees to remove. */
export function moveProjectToTrash({ paths }: StoreContext, folder: string): Promise<string> {
  return moveTo(join(paths.trash, `${projectPrefix}${randomUUID()}`), folder);
}

async function moveTo(place: string, path: string): Promise<string> {
  await rename(path, place);
  return place;
}

/** Like `moveToTrash`, but leaves it in place on a disk too full to rename it. */
export async function moveToTrashIfRoom(context: StoreContext, path: string): Promise<string> {
  try {
    return await moveToTrash(context, path);
  } catch (error) {
    if (isDiskFull(error)) return path;
    throw error;
  }
}

/** Deletes what is in the trash, trees by the strategy. Several processes may do so at once. */
export async function deleteForGood(
  { paths, strategy }: StoreContext,
  place: string,
  options?: CallOptions,
): Promise<void> {
  const stat = await lstat(place).catch(() => undefined);
  try {
    if (stat?.isDirectory()) {
      for (const folder of [place, ...(await hiddenGenerations(paths, place))]) {
        await strategy.remove(treeOf(folder), options);
      }
    }
    await removeTree(place, options);
  } catch (error) {
    if (await exists(place)) throw error;
  }
}

/** Hidden generations of a removed project; none for anything else. */
async function hiddenGenerations({ trash }: StorePaths, place: string): Promise<string[]> {
  if (dirname(place) !== trash || !basename(place).startsWith(projectPrefix)) return [];
  const hidden = pendingDeletionIn(place);
  return (await namesInFolder(hidden)).map((name) => join(hidden, name));
}

/** Deletes all of the trash; returns what could not be deleted and what to do, one line each. */
export async function emptyTrash(context: StoreContext, options?: CallOptions): Promise<string[]> {
  const failures: string[] = [];
  for (const name of await readdir(context.paths.trash)) {
    try {
      await deleteForGood(context, join(context.paths.trash, name), options);
    } catch (error) {
      if (options?.signal?.aborted) throw error;
      const hint = isWarmdockError(error) && error.hint ? `. ${error.hint}` : '';
      failures.push(`trash/${name} could not be deleted: ${messageOf(error)}${hint}`);
    }
  }
  return failures;
}

/** Deletes a folder by way of the trash; false when it was gone already. */
export async function removeIfExists(context: StoreContext, path: string): Promise<boolean> {
  let place: string;
  try {
    place = await moveToTrashIfRoom(context, path);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
  await deleteForGood(context, place);
  return true;
}

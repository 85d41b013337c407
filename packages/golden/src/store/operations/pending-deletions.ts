import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@warmdock/core/internal';
import { readJournal } from '../records/journal.js';
import { projectPaths, type StorePaths } from '../records/paths.js';
import { generationFolder, generationName, namesInFolder } from '../records/project.js';
import { allSessions } from '../records/session.js';
import { syncFolder } from '../records/write-json.js';
import type { StoreContext } from './store-context.js';
import { moveToTrash } from './trash.js';

/*
 * A generation that gc removes is pending deletion first: hidden from clones, and in a place where
 * every opening of the store finds it if gc is killed. The caller holds the project's lock.
 */

const prefix = '.dropping-';

const placeOf = (paths: StorePaths, project: string, generation: number): string =>
  join(projectPaths(paths, project).generations, `${prefix}${generationName(generation)}`);

/** Hides a generation from clones. */
export async function hidePendingDeletion(
  paths: StorePaths,
  project: string,
  generation: number,
): Promise<void> {
  await rename(generationFolder(paths, project, generation), placeOf(paths, project, generation));
}

/**
 * Checks the leases again, and removes the generation or puts it back. A clone leases its generation
 * before it checks that it exists, so either sees the other. One that may be leased is put back too.
 */
export async function settlePendingDeletion(
  context: StoreContext,
  project: string,
  generation: number,
): Promise<'removed' | 'put back'> {
  const { paths } = context;
  const hidden = placeOf(paths, project, generation);
  if (await isNeeded(paths, project, generation)) {
    await rename(hidden, generationFolder(paths, project, generation));
    return 'put back';
  }
  // A power cut must not bring back a released session without its generation.
  await syncFolder(paths.sessions);
  await moveToTrash(context, hidden);
  // Before anything that only it needs leaves the pool.
  await syncFolder(projectPaths(paths, project).generations);
  return 'removed';
}

async function isNeeded(paths: StorePaths, project: string, generation: number): Promise<boolean> {
  const { leased, unreadable } = await leasesOn(paths, project);
  return leased.has(generation) || unreadable.length > 0;
}

/** Numbers of a project's generations that are pending deletion. */
export async function pendingDeletions(paths: StorePaths, project: string): Promise<number[]> {
  const names = await namesInFolder(projectPaths(paths, project).generations);
  return names
    .filter((name) => name.startsWith(prefix))
    .map((name) => Number(name.slice(prefix.length)));
}

export interface Leases {
  readonly leased: ReadonlySet<number | undefined>;
  /** Records that cannot be read: each may lease any generation. */
  readonly unreadable: readonly string[];
}

/**
 * Generations that the project's sessions were made from or are being made from, and the base of a
 * promotion that is still to be finished.
 */
export async function leasesOn(paths: StorePaths, project: string): Promise<Leases> {
  const { sessions, unreadable } = await allSessions(paths);
  const own = sessions.filter((session) => session.project === project);
  const leased = new Set(own.map(({ generation }) => generation));
  try {
    leased.add((await readJournal(projectPaths(paths, project)))?.base);
    return { leased, unreadable };
  } catch (error) {
    return { leased, unreadable: [...unreadable, `project ${project}: ${messageOf(error)}`] };
  }
}

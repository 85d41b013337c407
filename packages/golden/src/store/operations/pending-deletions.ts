import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@warmdock/core/internal';
import { readJournal } from '../records/journal.js';
import { projectPaths, type StorePaths } from '../records/paths.js';
import { generationFolder, generationName, namesIn } from '../records/project.js';
import { allSessions } from '../records/session.js';
import { syncFolder } from '../records/write-json.js';
import type { StoreContext } from './context.js';
import { discard } from './trash.js';

/*
 * A generation that gc takes is parked first: out of the sight of clones, and where every opening of
 * the store finds it when gc is killed in between. The caller holds the project's lock.
 */

const prefix = '.dropping-';

const placeOf = (paths: StorePaths, project: string, generation: number): string =>
  join(projectPaths(paths, project).generations, `${prefix}${generationName(generation)}`);

export async function parkGeneration(
  paths: StorePaths,
  project: string,
  generation: number,
): Promise<void> {
  await rename(generationFolder(paths, project, generation), placeOf(paths, project, generation));
}

/**
 * Looks at the leases again: a clone leases before it looks whether its generation is there, so one of
 * the two sees the other. A generation that is leased is put back, or that may be: see `leasesOn`.
 */
export async function settleParked(
  context: StoreContext,
  project: string,
  generation: number,
): Promise<'removed' | 'put back'> {
  const { paths } = context;
  const parked = placeOf(paths, project, generation);
  if (await isNeeded(paths, project, generation)) {
    await rename(parked, generationFolder(paths, project, generation));
    return 'put back';
  }
  // Or a session that was released comes back with a power cut, and its generation does not.
  await syncFolder(paths.sessions);
  await discard(context, parked);
  // Before what only it needs leaves the pool.
  await syncFolder(projectPaths(paths, project).generations);
  return 'removed';
}

async function isNeeded(paths: StorePaths, project: string, generation: number): Promise<boolean> {
  const { leased, unreadable } = await leasesOn(paths, project);
  return leased.has(generation) || unreadable.length > 0;
}

/** Generations of a project that are parked. */
export async function parkedGenerations(paths: StorePaths, project: string): Promise<number[]> {
  const names = await namesIn(projectPaths(paths, project).generations);
  return names
    .filter((name) => name.startsWith(prefix))
    .map((name) => Number(name.slice(prefix.length)));
}

export interface Leases {
  readonly leased: ReadonlySet<number | undefined>;
  /** Of each of these any generation may be leased. */
  readonly unreadable: readonly string[];
}

/**
 * Generations that sessions of the project were made from, those that are being made among them, and
 * that a promotion that is still to be finished begins with.
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

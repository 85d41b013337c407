import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoreContext } from './context.js';
import { projectPaths, type StorePaths } from './paths.js';
import { generationFolder, generationName, namesIn } from './project.js';
import { allSessions } from './session.js';
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
 * the two sees the other. A generation that is leased is put back.
 */
export async function settleParked(
  context: StoreContext,
  project: string,
  generation: number,
): Promise<'removed' | 'put back'> {
  const { paths } = context;
  const parked = placeOf(paths, project, generation);
  if ((await leasedGenerations(paths, project)).has(generation)) {
    await rename(parked, generationFolder(paths, project, generation));
    return 'put back';
  }
  await discard(context, parked);
  return 'removed';
}

/** Generations of a project that are parked. */
export async function parkedGenerations(paths: StorePaths, project: string): Promise<number[]> {
  const names = await namesIn(projectPaths(paths, project).generations);
  return names
    .filter((name) => name.startsWith(prefix))
    .map((name) => Number(name.slice(prefix.length)));
}

/** Generations that sessions of the project were made from, those that are being made among them. */
export async function leasedGenerations(
  paths: StorePaths,
  project: string,
): Promise<ReadonlySet<number | undefined>> {
  const sessions = (await allSessions(paths)).filter((session) => session.project === project);
  return new Set(sessions.map(({ generation }) => generation));
}

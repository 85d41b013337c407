import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { WarmdockError } from '@warmdock/core';
import { messageOf } from '@warmdock/core/internal';
import { hasCode } from '../fs/disk-error.js';
import { exists } from '../fs/exists.js';
import { type Manifest, readManifest } from './manifest.js';
import { isName } from './names.js';
import { projectPaths, type StorePaths } from './paths.js';

const folderName = /^\d{6,15}$/;
const currentTarget = /^generations\/(\d{6,15})$/;

export const generationName = (generation: number): string => String(generation).padStart(6, '0');

export const generationFolder = (paths: StorePaths, project: string, generation: number): string =>
  join(projectPaths(paths, project).generations, generationName(generation));

/** `undefined` when the project has no golden; throws `CONFLICT` for a link that leads elsewhere. */
export async function currentGeneration(
  paths: StorePaths,
  project: string,
): Promise<number | undefined> {
  const { current, folder } = projectPaths(paths, project);
  await assertNoLink(folder);
  let target: string;
  try {
    target = await readlink(current);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw new WarmdockError('CONFLICT', `${current} is not this store's`, { cause: error });
  }
  const name = currentTarget.exec(target)?.[1];
  if (name !== undefined) return Number(name);
  throw new WarmdockError('CONFLICT', `${current} links to ${target}, which is no generation`);
}

/** Throws `CONFLICT` for anything but a folder; it need not be there. */
async function assertNoLink(folder: string): Promise<void> {
  const stat = await lstat(folder).catch(() => undefined);
  if (stat === undefined || stat.isDirectory()) return;
  throw new WarmdockError('CONFLICT', `${folder} is not this store's: it is no folder`);
}

/** The numbers of all complete generations, lowest first; empty for an unknown project. */
export async function generationsOf(paths: StorePaths, project: string): Promise<number[]> {
  const names = await namesInFolder(projectPaths(paths, project).generations);
  return names
    .filter((name) => folderName.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

export async function allProjects(paths: StorePaths): Promise<string[]> {
  return (await namesInFolder(paths.projects)).filter(isName).sort();
}

/** Throws `NOT_FOUND`. */
export async function existingManifest(
  paths: StorePaths,
  project: string,
  generation: number,
): Promise<Manifest> {
  const folder = generationFolder(paths, project, generation);
  const stat = await lstat(folder).catch(() => undefined);
  const manifest = stat?.isDirectory() ? await readManifest(folder) : undefined;
  if (manifest !== undefined) return manifest;
  throw new WarmdockError(
    'NOT_FOUND',
    `no generation ${generation} of ${project} in ${paths.root}`,
    {
      hint: '`warmdock golden inspect` shows the generations of a project.',
    },
  );
}

/** Manifests, and why others cannot be read, one line each. */
export interface Manifests {
  readonly manifests: readonly Manifest[];
  readonly unreadable: readonly string[];
}

/** Manifests of all complete generations. Those that gc removes meanwhile may be missing. */
export async function manifestsOf(paths: StorePaths, project: string): Promise<Manifests> {
  const manifests: Manifest[] = [];
  const unreadable: string[] = [];
  for (const generation of await generationsOf(paths, project)) {
    try {
      manifests.push(await existingManifest(paths, project, generation));
    } catch (error) {
      if (!(await exists(generationFolder(paths, project, generation)))) continue;
      unreadable.push(`generation ${generation} of ${project}: ${messageOf(error)}`);
    }
  }
  return { manifests, unreadable };
}

export interface ProjectResults<T> {
  readonly found: readonly { readonly project: string; readonly answer: T }[];
  /** Projects without a result. */
  readonly unknown: readonly string[];
  readonly unreadable: readonly string[];
}

/** The results of `look` for each project. One that it throws for does not affect the others. */
export async function forEachProject<T>(
  paths: StorePaths,
  look: (project: string) => Promise<T>,
): Promise<ProjectResults<T>> {
  const found: { project: string; answer: T }[] = [];
  const unknown: string[] = [];
  const unreadable: string[] = [];
  for (const project of await allProjects(paths)) {
    try {
      found.push({ project, answer: await look(project) });
    } catch (error) {
      unknown.push(project);
      unreadable.push(`project ${project}: ${messageOf(error)}`);
    }
  }
  return { found, unknown, unreadable };
}

/** Throws `NOT_FOUND`. */
export async function assertProject(paths: StorePaths, project: string): Promise<void> {
  const { folder } = projectPaths(paths, project);
  const stat = await lstat(folder).catch(() => undefined);
  if (stat?.isDirectory()) return;
  throw new WarmdockError('NOT_FOUND', `no project ${project} in ${paths.root}`, {
    hint: '`warmdock golden list` shows the projects.',
  });
}

/** Empty for a folder that is not there. */
export async function namesInFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

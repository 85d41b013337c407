import { readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type CallOptions, isWarmdockError, messageOf } from '@warmdock/core';
import type { StoreContext } from './context.js';
import { exists } from './exists.js';
import { lockFile } from './file-lock.js';
import { finishPromotion } from './finish-promotion.js';
import type { Recovery } from './golden-store.js';
import { type Journal, partialGeneration, readJournal, removeJournal } from './journal.js';
import { isName } from './names.js';
import { stateOfOwner } from './owner.js';
import { parkedGenerations, settleParked } from './parked.js';
import { projectPaths, treeOf } from './paths.js';
import { allProjects, generationFolder, namesIn } from './project.js';
import { NEW, PARTIAL, readSession, sessionFolder } from './session.js';
import { emptyTrash, removeIfThere } from './trash.js';

/** Making a record takes milliseconds: without one after this time, its maker is dead. */
const NEW_AGE_MS = 60_000;

/** The lock of a process that was killed is free when the kernel has closed its files. */
const LOCK_WAIT_MS = 2000;

/** See `GoldenStore.recover`. */
export async function recover(context: StoreContext, options: CallOptions = {}): Promise<Recovery> {
  const actions = await mend(context, { ...options, waitMs: LOCK_WAIT_MS });
  actions.push(...(await emptyTrash(context, options)));
  context.onStep('recover:trash');
  return { actions };
}

interface MendOptions extends CallOptions {
  /** For the end of a promotion that may be under way; default 0. */
  readonly waitMs?: number;
}

/** What every opening of a store does: all but the deletion of what is out of sight already. */
export async function mend(context: StoreContext, options: MendOptions): Promise<string[]> {
  const actions = await attachTrees(context, options);
  for (const project of await allProjects(context.paths)) {
    actions.push(...(await mendProject(context, project, options)));
  }
  for (const name of await readdir(context.paths.sessions)) {
    options.signal?.throwIfAborted();
    const action = await mendSession(context, name);
    if (action !== undefined) actions.push(action);
  }
  return actions;
}

/**
 * Of sessions and generations that are complete: those that are being made are their makers'. One that
 * cannot be had does not keep anybody from the others.
 */
async function attachTrees(
  { paths, strategy }: StoreContext,
  options: CallOptions,
): Promise<string[]> {
  if (strategy.attach === undefined) return [];
  const failures: string[] = [];
  const projects = await allProjects(paths);
  const folders = projects.map((project) => projectPaths(paths, project).generations);
  for (const folder of [paths.sessions, ...folders]) {
    for (const name of (await namesIn(folder)).filter(isName)) {
      const tree = treeOf(join(folder, name));
      try {
        await strategy.attach(tree, options);
      } catch (error) {
        if (options.signal?.aborted) throw error;
        failures.push(`${tree} cannot be had: ${messageOf(error)}`);
      }
    }
  }
  return failures;
}

async function mendProject(
  context: StoreContext,
  project: string,
  { signal, waitMs }: MendOptions,
) {
  const place = projectPaths(context.paths, project);
  const rests = [...(await restsIn(place.generations)), ...(await restsIn(place.folder))];
  const parked = await parkedGenerations(context.paths, project);
  const isBegun = (await exists(place.journal)) || (await exists(place.parked));
  if (rests.length + parked.length === 0 && !isBegun) return [];
  const operation = `recovering project ${project}`;
  try {
    await using _lock = await lockFile(place.lock, { operation, signal, waitMs });
    return await mendLocked(context, project);
  } catch (error) {
    if (isWarmdockError(error) && error.code === 'CONFLICT') {
      return [`project ${project}: a promotion or removal is under way; left alone`];
    }
    if (signal?.aborted) throw error;
    return [`project ${project}: ${messageOf(error)}`];
  }
}

async function mendLocked(context: StoreContext, project: string): Promise<string[]> {
  const actions: string[] = [];
  const place = projectPaths(context.paths, project);
  if (await exists(place.parked)) {
    await rename(place.parked, place.generations);
    actions.push(`project ${project}: put back what an interrupted removal had taken`);
    actions.push(...(await attachTrees(context, {})));
  }
  context.onStep('recover:removal');
  const journal = await readJournal(place);
  if (journal !== undefined) {
    const isLost = !(await canFinish(context, project, journal));
    if (isLost) await removeJournal(place);
    else await finishPromotion(context, project, journal);
    actions.push(
      isLost
        ? `project ${project}: gave up generation ${journal.generation}, whose tree is gone`
        : `project ${project}: finished the promotion of generation ${journal.generation}`,
    );
  }
  context.onStep('recover:promotion');
  for (const generation of await parkedGenerations(context.paths, project)) {
    const end = await settleParked(context, project, generation);
    context.onStep('recover:parked');
    actions.push(`project ${project}: generation ${generation}, which gc had taken: ${end}`);
  }
  for (const folder of [place.generations, place.folder]) {
    for (const name of await restsIn(folder)) {
      await removeIfThere(context, join(folder, name));
      context.onStep('recover:partial');
      actions.push(`project ${project}: removed ${name} of an interrupted promotion`);
    }
  }
  return actions;
}

async function canFinish(
  { paths }: StoreContext,
  project: string,
  journal: Journal,
): Promise<boolean> {
  const { session, generation } = journal;
  const partial = partialGeneration(projectPaths(paths, project), journal);
  const places = [
    treeOf(sessionFolder(paths, session)),
    treeOf(partial),
    generationFolder(paths, project, generation),
  ];
  return (await Promise.all(places.map(exists))).includes(true);
}

async function mendSession(context: StoreContext, name: string): Promise<string | undefined> {
  const folder = join(context.paths.sessions, name);
  if (name.startsWith(PARTIAL)) {
    const owner = (await readSession(folder))?.owner;
    if (owner === undefined || stateOfOwner(owner) !== 'dead') return undefined;
  } else if (!name.startsWith(NEW) || !(await isOld(folder))) return undefined;
  const removed = await removeIfThere(context, folder);
  context.onStep('recover:session');
  return removed ? `removed sessions/${name}, whose maker is dead` : undefined;
}

async function isOld(folder: string): Promise<boolean> {
  const found = await stat(folder).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > NEW_AGE_MS;
}

/** What a promotion makes before it gives it its name; all of it under the project's lock. */
const rest = /^(\.partial-|\.current-|journal\.json\.partial-)/;

async function restsIn(folder: string): Promise<string[]> {
  return (await namesIn(folder)).filter((name) => rest.test(name));
}

import { readdir, rename, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { messageOf } from '@warmdock/core/internal';
import type { CallOptions } from '@warmdock/core/oci';
import { exists } from '../fs/exists.js';
import { tryLockFile } from '../fs/file-lock.js';
import type { Recovery } from '../golden-store.js';
import { type Journal, partialGeneration, readJournal, removeJournal } from '../records/journal.js';
import { isBeingMade, takeOver } from '../records/maker.js';
import { isName } from '../records/names.js';
import { projectPaths, type StorePaths, treeOf } from '../records/paths.js';
import { allProjects, generationFolder, namesIn, ofProjects } from '../records/project.js';
import { NEW, PARTIAL, sessionFolder } from '../records/session.js';
import { listenAnew } from './claim-session.js';
import type { StoreContext } from './context.js';
import { finishPromotion } from './finish-promotion.js';
import { list } from './list.js';
import { parkedGenerations, settleParked } from './pending-deletions.js';
import { emptyTrash, removeIfThere } from './trash.js';

/** A maker listens within a millisecond: who does not after this time is dead. */
const NEW_AGE_MS = 60_000;

/** The lock of a process that was killed is free when the kernel has closed its files. */
const LOCK_WAIT_MS = 2000;

/** See `GoldenStore.recover`. */
export async function recover(context: StoreContext, options: CallOptions = {}): Promise<Recovery> {
  const actions = await mend(context, { ...options, waitMs: LOCK_WAIT_MS });
  actions.push(...(await list(context)).unreadable);
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
  try {
    actions.push(...(await mendSessions(context, options)));
  } catch (error) {
    if (options.signal?.aborted) throw error;
    actions.push(`sessions: ${messageOf(error)}`);
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
  const generations = await ofProjects(paths, async (project) => {
    const folder = projectPaths(paths, project).generations;
    return (await namesIn(folder)).map((name) => join(folder, name));
  });
  const sessions = (await readdir(paths.sessions)).map((name) => join(paths.sessions, name));
  const folders = [...sessions, ...generations.found.flatMap(({ answer }) => answer)];
  const failures = [...generations.unreadable];
  for (const tree of folders.filter((folder) => isName(basename(folder))).map(treeOf)) {
    try {
      await strategy.attach(tree, options);
    } catch (error) {
      if (options.signal?.aborted) throw error;
      failures.push(`${tree} cannot be had: ${messageOf(error)}`);
    }
  }
  return failures;
}

/** What cannot be mended of one project keeps nobody from the others. */
async function mendProject(
  context: StoreContext,
  project: string,
  { signal, waitMs }: MendOptions,
): Promise<string[]> {
  const actions: string[] = [];
  try {
    if (!(await hasRests(context.paths, project))) return [];
    const operation = `recovering project ${project}`;
    const { lock } = projectPaths(context.paths, project);
    await using held = await tryLockFile(lock, { operation, signal, waitMs });
    if (held) await mendLocked(context, project, actions);
    else actions.push(`project ${project}: a promotion or removal is under way; left alone`);
  } catch (error) {
    if (signal?.aborted) throw error;
    actions.push(`project ${project}: ${messageOf(error)}`);
  }
  return actions;
}

async function hasRests(paths: StorePaths, project: string): Promise<boolean> {
  const place = projectPaths(paths, project);
  const rests = [...(await restsIn(place.generations)), ...(await restsIn(place.folder))];
  const parked = await parkedGenerations(paths, project);
  const isBegun = (await exists(place.journal)) || (await exists(place.parked));
  return rests.length + parked.length > 0 || isBegun;
}

/** Says in `actions` what it does, also when it throws later: what a journal needs is left alone then. */
async function mendLocked(
  context: StoreContext,
  project: string,
  actions: string[],
): Promise<void> {
  const place = projectPaths(context.paths, project);
  if (await exists(place.parked)) {
    await rename(place.parked, place.generations);
    actions.push(`project ${project}: put back what an interrupted removal had taken`);
    actions.push(...(await attachTrees(context, {})));
  }
  context.onStep('recover:removal');
  for (const generation of await parkedGenerations(context.paths, project)) {
    const end = await settleParked(context, project, generation);
    context.onStep('recover:parked');
    actions.push(`project ${project}: generation ${generation}, which gc had taken: ${end}`);
  }
  const journal = await readJournal(place);
  if (journal !== undefined) actions.push(await endPromotion(context, project, journal));
  context.onStep('recover:promotion');
  for (const folder of [place.generations, place.folder]) {
    for (const name of await restsIn(folder)) {
      await removeIfThere(context, join(folder, name));
      context.onStep('recover:partial');
      actions.push(`project ${project}: removed ${name} of an interrupted promotion`);
    }
  }
}

async function endPromotion(
  context: StoreContext,
  project: string,
  journal: Journal,
): Promise<string> {
  if (await canFinish(context, project, journal)) {
    await finishPromotion(context, project, journal);
    return `project ${project}: finished the promotion of generation ${journal.generation}`;
  }
  await removeJournal(projectPaths(context.paths, project));
  return `project ${project}: gave up generation ${journal.generation}, whose tree is gone`;
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

/** What dead processes began to make. */
async function mendSessions(context: StoreContext, { signal }: CallOptions): Promise<string[]> {
  const { sessions } = context.paths;
  const actions: string[] = [];
  const abandoned: string[] = [];
  for (const name of await readdir(sessions)) {
    signal?.throwIfAborted();
    if (await isAbandoned(join(sessions, name), name)) abandoned.push(name);
  }
  if (abandoned.length === 0) return [];
  await using own = await listenAnew(context);
  for (const name of abandoned) {
    try {
      if (!(await removeAbandoned(context, join(sessions, name), own.folder))) continue;
      actions.push(`removed sessions/${name}, whose maker is dead`);
    } catch (error) {
      actions.push(`sessions/${name}: ${messageOf(error)}`);
    }
  }
  return actions;
}

async function removeAbandoned(context: StoreContext, folder: string, own: string) {
  const removed = (await takeOver(folder, own)) && (await removeIfThere(context, folder));
  if (removed) context.onStep('recover:session');
  return removed;
}

async function isAbandoned(folder: string, name: string): Promise<boolean> {
  if (!name.startsWith(PARTIAL) && !name.startsWith(NEW)) return false;
  // Not those of which we cannot tell.
  const isMade = await isBeingMade(folder).catch(() => true);
  return !isMade && (name.startsWith(PARTIAL) || isOld(folder));
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

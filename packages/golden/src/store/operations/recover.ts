import { readdir, rename, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { messageOf } from '@warmdock/core/internal';
import type { CallOptions } from '@warmdock/core/oci';
import { exists } from '../fs/exists.js';
import { tryLockFile } from '../fs/file-lock.js';
import type { Recovery } from '../golden-store.js';
import { type Journal, partialGeneration, readJournal, removeJournal } from '../records/journal.js';
import { isMakerAlive, takeOverFromDeadMaker } from '../records/maker.js';
import { isName } from '../records/names.js';
import { projectPaths, type StorePaths, treeOf } from '../records/paths.js';
import {
  allProjects,
  forEachProject,
  generationFolder,
  namesInFolder,
} from '../records/project.js';
import { NEW, PARTIAL, sessionFolder } from '../records/session.js';
import { announceTakeover } from './claim-session.js';
import { finishPromotion } from './finish-promotion.js';
import { list } from './list.js';
import { pendingDeletions, settlePendingDeletion } from './pending-deletions.js';
import type { StoreContext } from './store-context.js';
import { emptyTrash, removeIfExists } from './trash.js';

/** A maker listens within a millisecond: one that does not after this time is dead. */
const NEW_AGE_MS = 60_000;

/** The kernel frees a killed process's lock when it has closed its files. */
const LOCK_WAIT_MS = 2000;

/** See `GoldenStore.recover`. */
export async function recover(context: StoreContext, options: CallOptions = {}): Promise<Recovery> {
  const actions = await repairStore(context, { waitMs: LOCK_WAIT_MS }, options);
  actions.push(...(await list(context)).unreadable);
  actions.push(...(await emptyTrash(context, options)));
  context.onStep('recover:trash');
  return { actions };
}

interface RepairOptions {
  /** How long to wait for a running promotion to end; default 0. */
  readonly waitMs?: number;
}

/** What every opening of a store does: a recovery that leaves the trash alone. */
export async function repairStore(
  context: StoreContext,
  options: RepairOptions,
  call: CallOptions,
): Promise<string[]> {
  const actions = await attachTrees(context, call);
  for (const project of await allProjects(context.paths)) {
    actions.push(...(await repairProject(context, project, options, call)));
  }
  try {
    actions.push(...(await removeAbandonedSessions(context, call)));
  } catch (error) {
    if (call.signal?.aborted) throw error;
    actions.push(`sessions: ${messageOf(error)}`);
  }
  return actions;
}

/**
 * Attaches the trees of complete sessions and generations. Those being made belong to their makers. A
 * tree that cannot be attached does not stop the others.
 */
async function attachTrees(
  { paths, strategy }: StoreContext,
  options: CallOptions,
): Promise<string[]> {
  if (strategy.attach === undefined) return [];
  const generations = await forEachProject(paths, async (project) => {
    const folder = projectPaths(paths, project).generations;
    return (await namesInFolder(folder)).map((name) => join(folder, name));
  });
  const sessions = (await readdir(paths.sessions)).map((name) => join(paths.sessions, name));
  const folders = [...sessions, ...generations.found.flatMap(({ answer }) => answer)];
  const failures = [...generations.unreadable];
  for (const tree of folders.filter((folder) => isName(basename(folder))).map(treeOf)) {
    try {
      await strategy.attach(tree, options);
    } catch (error) {
      if (options.signal?.aborted) throw error;
      failures.push(`${tree} cannot be attached: ${messageOf(error)}`);
    }
  }
  return failures;
}

/** A project that cannot be repaired does not stop the others. */
async function repairProject(
  context: StoreContext,
  project: string,
  { waitMs }: RepairOptions,
  { signal }: CallOptions,
): Promise<string[]> {
  const actions: string[] = [];
  try {
    if (!(await needsRepair(context.paths, project))) return [];
    const operation = `recovering project ${project}`;
    const { lock } = projectPaths(context.paths, project);
    await using held = await tryLockFile(lock, { operation, waitMs }, { signal });
    if (held) await repairLockedProject(context, project, actions);
    else actions.push(`project ${project}: skipped, because a promotion or removal runs`);
  } catch (error) {
    if (signal?.aborted) throw error;
    actions.push(`project ${project}: ${messageOf(error)}`);
  }
  return actions;
}

async function needsRepair(paths: StorePaths, project: string): Promise<boolean> {
  const place = projectPaths(paths, project);
  const leftovers = [
    ...(await leftoversIn(place.generations)),
    ...(await leftoversIn(place.folder)),
    ...(await pendingDeletions(paths, project)),
  ];
  const isBegun = (await exists(place.journal)) || (await exists(place.pendingDeletion));
  return leftovers.length > 0 || isBegun;
}

/** Adds to `actions` what it does, so that they are known when it throws. */
async function repairLockedProject(
  context: StoreContext,
  project: string,
  actions: string[],
): Promise<void> {
  const place = projectPaths(context.paths, project);
  if (await exists(place.pendingDeletion)) {
    await rename(place.pendingDeletion, place.generations);
    actions.push(`project ${project}: put back the generations of an interrupted removal`);
    actions.push(...(await attachTrees(context, {})));
  }
  context.onStep('recover:removal');
  for (const generation of await pendingDeletions(context.paths, project)) {
    const end = await settlePendingDeletion(context, project, generation);
    context.onStep('recover:pending-deletion');
    actions.push(
      `project ${project}: generation ${generation}, whose deletion was pending: ${end}`,
    );
  }
  const journal = await readJournal(place);
  if (journal !== undefined) actions.push(await endPromotion(context, project, journal));
  context.onStep('recover:promotion');
  for (const folder of [place.generations, place.folder]) {
    for (const name of await leftoversIn(folder)) {
      await removeIfExists(context, join(folder, name));
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

/** Removes sessions that dead processes began to make. */
async function removeAbandonedSessions(
  context: StoreContext,
  { signal }: CallOptions,
): Promise<string[]> {
  const { sessions } = context.paths;
  const actions: string[] = [];
  const abandoned: string[] = [];
  for (const name of await readdir(sessions)) {
    signal?.throwIfAborted();
    if (await isAbandoned(join(sessions, name), name)) abandoned.push(name);
  }
  if (abandoned.length === 0) return [];
  await using own = await announceTakeover(context);
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
  const removed =
    (await takeOverFromDeadMaker(folder, own)) && (await removeIfExists(context, folder));
  if (removed) context.onStep('recover:session');
  return removed;
}

async function isAbandoned(folder: string, name: string): Promise<boolean> {
  if (!name.startsWith(PARTIAL) && !name.startsWith(NEW)) return false;
  // One that cannot be probed counts as alive.
  const isMade = await isMakerAlive(folder).catch(() => true);
  return !isMade && (name.startsWith(PARTIAL) || isOld(folder));
}

async function isOld(folder: string): Promise<boolean> {
  const found = await stat(folder).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > NEW_AGE_MS;
}

/** Temporary names of a promotion. It makes all of them under the project's lock. */
const leftover = /^(\.partial-|\.current-|journal\.json\.partial-)/;

async function leftoversIn(folder: string): Promise<string[]> {
  return (await namesInFolder(folder)).filter((name) => leftover.test(name));
}

import { open, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { WarmdockError } from '@warmdock/core';
import type { CallOptions } from '@warmdock/core/oci';
import { PLAN_NAME } from '../../strategy/layers/plan-seal.js';
import { measureTrees } from '../../strategy/trees/measure-trees.js';
import { isDiskFull } from '../fs/disk-error.js';
import { exists } from '../fs/exists.js';
import { lockFile, tryLockFile } from '../fs/file-lock.js';
import type { ProjectRequest, Removal } from '../golden-store.js';
import { readJournal } from '../records/journal.js';
import type { Manifest } from '../records/manifest.js';
import { parseName } from '../records/names.js';
import { type ProjectPaths, projectPaths, type StorePaths } from '../records/paths.js';
import {
  assertProject,
  existingManifest,
  generationFolder,
  generationsOf,
} from '../records/project.js';
import { allSessions } from '../records/session.js';
import { syncFolder } from '../records/write-json.js';
import { generationsBytes } from './disk-usage.js';
import type { StoreContext } from './store-context.js';
import { projectOf } from './transaction.js';
import { deleteForGood, moveProjectToTrash, moveToTrashIfRoom } from './trash.js';

/** A gc takes as long as it takes to delete files. */
const GC_WAIT_MS = 60_000;

/** A check whether a lock is free holds it that long at most. */
const LOOK_WAIT_MS = 1_000;

const MAX_NAMED = 3;

/**
 * See `GoldenStore.remove`.
 *
 * The generations are hidden from clones before the leases are checked for the last time: either the
 * clone or the removal sees the other. Until then, a recovery puts the generations back. One rename
 * removes the project. Its pool entries are garbage from then on, for a later gc if need be.
 */
export async function remove(
  context: StoreContext,
  request: ProjectRequest,
  { signal }: CallOptions = {},
): Promise<Removal> {
  const { paths } = context;
  const project = parseName('project', request.project);
  const operation = `removing project ${project}`;
  await using _gc = await lockFile(paths.gcLock, { operation, waitMs: GC_WAIT_MS }, { signal });
  await assertProject(paths, project);
  const place = projectPaths(paths, project);
  await using _build = await lockBuilds(place, project, operation, { signal });
  await using _promotion = await lockPromotions(place, operation, { signal });
  await assertUnused(paths, project, operation);
  const pooled = await transactionsOf(paths, project);
  const removal: Removal = {
    project,
    generations: await generationsOf(paths, project),
    pooled: pooled.reduce((sum, { entries }) => sum + entries, 0),
    freedBytes: await bytesOf(context, project, { signal }),
  };
  signal?.throwIfAborted();
  const folder = await takeAway(context, place, project, operation);
  await shredAll(
    context,
    folder,
    pooled.map(({ path }) => path),
  );
  return removal;
}

/** Returns the project's path in the trash. Leaves the project as it was when it throws. */
async function takeAway(
  context: StoreContext,
  place: ProjectPaths,
  project: string,
  operation: string,
): Promise<string> {
  const { paths, onStep } = context;
  const hasGenerations = await exists(place.generations);
  if (hasGenerations) await rename(place.generations, place.pendingDeletion);
  onStep('remove:hide');
  try {
    await assertUnused(paths, project, operation);
    return await moveProjectToTrash(context, place.folder);
  } catch (error) {
    if (hasGenerations) await rename(place.pendingDeletion, place.generations);
    throw error;
  }
}

/** Deletes what it can; the rest stays in the trash for the next recovery. */
async function shredAll(
  context: StoreContext,
  folder: string,
  pooled: readonly string[],
): Promise<void> {
  const { paths, onStep } = context;
  // The removal of the generations must be on disk before that of their layers.
  for (const parent of [paths.trash, paths.projects]) await syncFolder(parent);
  onStep('remove:discard');
  const places = [folder];
  for (const path of pooled) {
    places.push(await moveToTrashIfRoom(context, path));
    onStep('remove:pool');
  }
  const ends = await Promise.allSettled(places.map((each) => deleteForGood(context, each)));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  onStep('remove:done');
}

/** `null` on a disk too full for the lock file: no build could make one either. */
async function lockBuilds(
  { buildLock }: ProjectPaths,
  project: string,
  operation: string,
  options: CallOptions,
): Promise<AsyncDisposable | null> {
  if (!(await canMake(buildLock))) return null;
  const message = `${operation}: a golden build of it runs`;
  const hint = `Wait until it ends, or cancel it: \`warmdock golden cancel ${project}\`.`;
  return lockUnlessHeld(buildLock, { operation, message, hint }, options);
}

async function canMake(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'a', 0o600);
    await file.close();
    return true;
  } catch (error) {
    if (isDiskFull(error)) return false;
    throw error;
  }
}

/** Also throws for an interrupted promotion that no opening of the store could finish. */
async function lockPromotions(
  place: ProjectPaths,
  operation: string,
  options: CallOptions,
): Promise<AsyncDisposable> {
  const message = `${operation}: a promotion of it runs`;
  const hint = 'Wait until it ends.';
  const lock = await lockUnlessHeld(place.lock, { operation, message, hint }, options);
  try {
    const journal = await readJournal(place);
    if (journal === undefined) return lock;
    throw new WarmdockError(
      'CONFLICT',
      `${operation}: the promotion of session ${journal.session} is not finished`,
      { hint: '`warmdock golden recover` finishes it, or says why it cannot.' },
    );
  } catch (error) {
    await lock[Symbol.asyncDispose]();
    throw error;
  }
}

async function lockUnlessHeld(
  path: string,
  refusal: { readonly operation: string; readonly message: string; readonly hint: string },
  options: CallOptions,
): Promise<AsyncDisposable> {
  const { operation, message, hint } = refusal;
  const lock = await tryLockFile(path, { operation, waitMs: LOOK_WAIT_MS }, options);
  if (lock) return lock;
  throw new WarmdockError('CONFLICT', message, { hint });
}

/** Throws `CONFLICT` when sessions use it, are being made from it, or have no readable record. */
async function assertUnused(paths: StorePaths, project: string, operation: string): Promise<void> {
  const { sessions, unreadable } = await allSessions(paths);
  const own = sessions.filter((session) => session.project === project);
  if (own.length === 0 && unreadable.length > 0) {
    throw new WarmdockError('CONFLICT', `${operation}: it may be used by ${unreadable[0]}`, {
      hint: 'A session without a readable record may use any project: release it first.',
    });
  }
  if (own.length === 0) return;
  const names = own.slice(0, MAX_NAMED).map(({ session }) => session);
  const more = own.length > MAX_NAMED ? ` and ${own.length - MAX_NAMED} more` : '';
  throw new WarmdockError(
    'CONFLICT',
    `${operation}: it is used by session ${names.join(', ')}${more}`,
    {
      hint: `Release them first: \`warmdock golden release ${names.join(' ')}\`. Those being made or verified end by themselves.`,
    },
  );
}

/** Pool folders of the project's promotions. Only its own generations refer to them. */
async function transactionsOf({ pool }: StorePaths, project: string) {
  const own = (await readdir(pool)).filter((name) => projectOf(name) === project);
  return Promise.all(
    own.map(async (name) => {
      const path = join(pool, name);
      const names = (await readdir(path)).filter((each) => !each.startsWith(PLAN_NAME));
      return { path, entries: names.length };
    }),
  );
}

/** Measures generations without a readable manifest file by file. */
async function bytesOf(context: StoreContext, project: string, options: CallOptions) {
  const { paths } = context;
  const known: Manifest[] = [];
  const unknown: string[] = [];
  for (const generation of await generationsOf(paths, project)) {
    try {
      known.push(await existingManifest(paths, project, generation));
    } catch {
      unknown.push(generationFolder(paths, project, generation));
    }
  }
  const measured = await measureTrees(unknown, {}, options);
  return (await generationsBytes(context, known, options)) + measured.sizeBytes;
}

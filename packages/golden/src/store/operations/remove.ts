import { open, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { WarmdockError } from '@warmdock/core';
import type { CallOptions } from '@warmdock/core/oci';
import { PLAN_NAME } from '../../strategy/layers/plan-seal.js';
import { measure } from '../../strategy/trees/measure.js';
import { isDiskFull } from '../fs/disk-error.js';
import { exists } from '../fs/exists.js';
import { lockFile, tryLockFile } from '../fs/file-lock.js';
import type { ProjectOptions, Removal } from '../golden-store.js';
import { readJournal } from '../records/journal.js';
import type { Manifest } from '../records/manifest.js';
import { checkedName } from '../records/names.js';
import { type ProjectPaths, projectPaths, type StorePaths } from '../records/paths.js';
import {
  assertProject,
  existingManifest,
  generationFolder,
  generationsOf,
} from '../records/project.js';
import { allSessions } from '../records/session.js';
import { syncFolder } from '../records/write-json.js';
import type { StoreContext } from './context.js';
import { projectOf } from './transaction.js';
import { discardForShredding, discardProject, shred } from './trash.js';
import { heldBytes } from './usage.js';

/** A gc takes as long as it takes to delete files. */
const GC_WAIT_MS = 60_000;

/** Who looks whether a lock is free holds it that long at most. */
const LOOK_WAIT_MS = 1_000;

const MAX_NAMED = 3;

/**
 * See `GoldenStore.remove`. The generations are out of sight of clones before the leases are looked at
 * for the last time, so that one of the two sees the other; until then, a recovery puts them back. The
 * project is gone with one rename. What it had in the pool is garbage from then on, for a gc if need be.
 */
export async function remove(context: StoreContext, options: ProjectOptions): Promise<Removal> {
  const { paths } = context;
  const { signal } = options;
  const project = checkedName('project', options.project);
  const operation = `removing project ${project}`;
  await using _gc = await lockFile(paths.gcLock, { operation, waitMs: GC_WAIT_MS, signal });
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

/** Answers with its place in the trash; when it throws, the project is as it was. */
async function takeAway(
  context: StoreContext,
  place: ProjectPaths,
  project: string,
  operation: string,
): Promise<string> {
  const { paths, onStep } = context;
  const hasGenerations = await exists(place.generations);
  if (hasGenerations) await rename(place.generations, place.parked);
  onStep('remove:park');
  try {
    await assertUnused(paths, project, operation);
    return await discardProject(context, place.folder);
  } catch (error) {
    if (hasGenerations) await rename(place.parked, place.generations);
    throw error;
  }
}

/** What cannot be deleted is in the trash, for the next recovery; the rest goes. */
async function shredAll(
  context: StoreContext,
  folder: string,
  pooled: readonly string[],
): Promise<void> {
  const { paths, onStep } = context;
  // Before it is on the disk that the generations are gone, no layer of theirs may go.
  for (const parent of [paths.trash, paths.projects]) await syncFolder(parent);
  onStep('remove:discard');
  const places = [folder];
  for (const path of pooled) {
    places.push(await discardForShredding(context, path));
    onStep('remove:pool');
  }
  const ends = await Promise.allSettled(places.map((each) => shred(context, each)));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  onStep('remove:done');
}

/** Nothing to hold where there is no room for the lock: no build could make it either. */
async function lockBuilds(
  { buildLock }: ProjectPaths,
  project: string,
  operation: string,
  options: CallOptions,
): Promise<AsyncDisposable | null> {
  if (!(await canMake(buildLock))) return null;
  return lockUnlessHeld(buildLock, `${operation}: a golden build of it runs`, {
    ...options,
    operation,
    hint: `Wait for its end, or end it: \`warmdock golden cancel ${project}\`.`,
  });
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

/** Also throws when one was interrupted and could not be finished by those who opened the store since. */
async function lockPromotions(
  place: ProjectPaths,
  operation: string,
  options: CallOptions,
): Promise<AsyncDisposable> {
  const message = `${operation}: a promotion is under way`;
  const hint = 'Wait for its end.';
  const lock = await lockUnlessHeld(place.lock, message, { ...options, operation, hint });
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
  message: string,
  { operation, hint, signal }: CallOptions & { readonly operation: string; readonly hint: string },
): Promise<AsyncDisposable> {
  const lock = await tryLockFile(path, { operation, waitMs: LOOK_WAIT_MS, signal });
  if (lock) return lock;
  throw new WarmdockError('CONFLICT', message, { hint });
}

/** Throws `CONFLICT` when sessions were made from it, or are being made, or one may be that cannot be read. */
async function assertUnused(paths: StorePaths, project: string, operation: string): Promise<void> {
  const { sessions, unreadable } = await allSessions(paths);
  const own = sessions.filter((session) => session.project === project);
  if (own.length === 0 && unreadable.length > 0) {
    throw new WarmdockError('CONFLICT', `${operation}: it may be used by ${unreadable[0]}`, {
      hint: 'A session without a readable record may be of any project: release it first.',
    });
  }
  if (own.length === 0) return;
  const names = own.slice(0, MAX_NAMED).map(({ session }) => session);
  const more = own.length > MAX_NAMED ? ` and ${own.length - MAX_NAMED} more` : '';
  throw new WarmdockError(
    'CONFLICT',
    `${operation}: it is used by session ${names.join(', ')}${more}`,
    {
      hint: `End them first: \`warmdock golden release ${names.join(' ')}\`. One that is being made or verified ends by itself.`,
    },
  );
}

/** What promotions of the project put into the pool: only its own generations refer to that. */
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

/** Generations of other versions, whose manifests cannot be read, are looked at file by file. */
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
  const measured = await measure(unknown, options);
  return (await heldBytes(context, known, options)) + measured.sizeBytes;
}

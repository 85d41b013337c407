import { readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallOptions } from '@warmdock/core/oci';
import { PLAN_NAME } from '../../strategy/layers/plan-seal.js';
import { measureTrees } from '../../strategy/trees/measure-trees.js';
import { hasCode } from '../fs/disk-error.js';
import { exists } from '../fs/exists.js';
import { readJournal } from '../records/journal.js';
import { projectPaths } from '../records/paths.js';
import { forEachProject, generationFolder, manifestsOf } from '../records/project.js';
import { completeSessions, type Session } from '../records/session.js';
import type { StoreContext } from './store-context.js';
import { projectOf } from './transaction.js';
import { moveToTrash } from './trash.js';

interface CollectPoolOptions {
  /** Generations to treat as if they were gone. */
  readonly dropped: readonly { readonly project: string; readonly generation: number }[];
  readonly dryRun: boolean;
}

/**
 * Removes what no generation refers to, and nothing of projects of which that cannot be read. What is
 * in the pool is listed before the journals are read, and those before the manifests: a promotion shows
 * its journal until its manifest is there, so that nothing of one under way is taken for garbage.
 */
export async function collectPool(
  context: StoreContext,
  { dropped, dryRun }: CollectPoolOptions,
  { signal }: CallOptions,
): Promise<{ entries: number; sizeBytes: number; unreadable: readonly string[] }> {
  const { pool } = context.paths;
  const { sessions, unreadable } = await completeSessions(context.paths);
  // What such a one was made from may be missing, and its layers are all that it has.
  if (unreadable.length > 0) return { entries: 0, sizeBytes: 0, unreadable };
  const bereft = await bereftSessions(context, sessions);
  const found = await poolEntries(pool);
  const underWay = await transactionsUnderWay(context);
  const needed = await neededEntries(context, dropped);
  const unknown = [...bereft.unknown, ...underWay.unknown, ...needed.unknown];
  const isKept = (transaction: string) =>
    underWay.transactions.has(transaction) ||
    unknown.some((name) => projectOf(transaction) === name);
  const collected = {
    entries: 0,
    sizeBytes: 0,
    unreadable: [...bereft.unreadable, ...underWay.unreadable, ...needed.unreadable],
  };
  for (const [transaction, names] of found) {
    if (isKept(transaction)) continue;
    for (const name of names) {
      signal?.throwIfAborted();
      if (needed.entries.has(`${transaction}/${name}`)) continue;
      collected.entries++;
      collected.sizeBytes += (await measureTrees([join(pool, transaction, name)])).sizeBytes;
      if (!dryRun) await moveToTrash(context, join(pool, transaction, name));
      context.onStep('gc:pool');
    }
    if (!dryRun) await removeIfEmpty(context, join(pool, transaction));
  }
  return collected;
}

async function poolEntries(pool: string): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const transaction of await readdir(pool)) {
    const names = await readdir(join(pool, transaction));
    found.set(
      transaction,
      names.filter((name) => !name.startsWith(PLAN_NAME)),
    );
  }
  return found;
}

async function transactionsUnderWay({ paths }: StoreContext) {
  const { found, unreadable, unknown } = await forEachProject(paths, (project) =>
    readJournal(projectPaths(paths, project)),
  );
  const transactions = new Set(found.flatMap(({ answer }) => answer?.transaction ?? []));
  return { transactions, unreadable, unknown };
}

/** A session sees its generation's layers: without the manifest nobody knows which. */
async function bereftSessions({ paths }: StoreContext, sessions: readonly Session[]) {
  const unknown: string[] = [];
  const unreadable: string[] = [];
  for (const { session, project, generation } of sessions) {
    if (generation === undefined) continue;
    if (await exists(generationFolder(paths, project, generation))) continue;
    unknown.push(project);
    const missing = `generation ${generation} of ${project}, which is not there`;
    unreadable.push(`sessions/${session}: it was made from ${missing}; release it`);
  }
  return { unknown, unreadable };
}

async function neededEntries({ paths }: StoreContext, dropped: CollectPoolOptions['dropped']) {
  const gone = new Set(dropped.map(({ project, generation }) => `${project}/${generation}`));
  const all = await forEachProject(paths, (project) => manifestsOf(paths, project));
  const manifests = all.found.flatMap(({ answer }) => answer.manifests);
  const needed = manifests
    .filter(({ project, generation }) => !gone.has(`${project}/${generation}`))
    .flatMap(({ content }) => (content.kind === 'linked' ? content.layers : []));
  const partial = all.found.filter(({ answer }) => answer.unreadable.length > 0);
  return {
    entries: new Set(needed.map(({ pool }) => pool)),
    unreadable: [...all.unreadable, ...partial.flatMap(({ answer }) => answer.unreadable)],
    unknown: [...all.unknown, ...partial.map(({ project }) => project)],
  };
}

async function removeIfEmpty(context: StoreContext, folder: string): Promise<void> {
  const names = await readdir(folder);
  if (names.some((name) => !name.startsWith(PLAN_NAME))) return;
  for (const name of names) await moveToTrash(context, join(folder, name));
  try {
    await rmdir(folder);
  } catch (error) {
    if (!hasCode(error, 'ENOTEMPTY')) throw error;
  }
}

import { readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type CallOptions, WarmdockError } from '@warmdock/core';
import { measure } from '../strategy/measure.js';
import { PLAN_NAME } from '../strategy/plan-seal.js';
import type { StoreContext } from './context.js';
import { hasCode } from './disk-error.js';
import { exists } from './exists.js';
import { readJournal } from './journal.js';
import { projectPaths } from './paths.js';
import { allProjects, existingManifest, generationFolder, generationsOf } from './project.js';
import { completeSessions } from './session.js';
import { discard } from './trash.js';

interface CollectPoolOptions extends CallOptions {
  /** Generations to be looked at as if they were gone. */
  readonly dropped: readonly { readonly project: string; readonly generation: number }[];
  readonly dryRun: boolean;
}

/**
 * Removes what no generation refers to. What is in the pool is listed before the journals are read,
 * and those before the manifests: a promotion shows its journal until its manifest is there, so that
 * nothing of one under way is taken for garbage.
 */
export async function collectPool(
  context: StoreContext,
  { dropped, dryRun, signal }: CollectPoolOptions,
): Promise<{ entries: number; sizeBytes: number }> {
  const { pool } = context.paths;
  await assertLeasesHeld(context);
  const found = await poolEntries(pool);
  const underWay = await transactionsUnderWay(context);
  const needed = await neededEntries(context, dropped);
  const collected = { entries: 0, sizeBytes: 0 };
  for (const [transaction, names] of found) {
    if (underWay.has(transaction)) continue;
    for (const name of names) {
      signal?.throwIfAborted();
      if (needed.has(`${transaction}/${name}`)) continue;
      collected.entries++;
      collected.sizeBytes += (await measure([join(pool, transaction, name)])).sizeBytes;
      if (!dryRun) await discard(context, join(pool, transaction, name));
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

async function transactionsUnderWay({ paths }: StoreContext): Promise<ReadonlySet<string>> {
  const projects = await allProjects(paths);
  const journals = await Promise.all(
    projects.map((project) => readJournal(projectPaths(paths, project))),
  );
  return new Set(journals.flatMap((journal) => journal?.transaction ?? []));
}

/** A session sees its generation's layers: without the manifest nobody knows which. */
async function assertLeasesHeld({ paths }: StoreContext): Promise<void> {
  for (const { session, project, generation } of await completeSessions(paths)) {
    if (generation === undefined) continue;
    if (await exists(generationFolder(paths, project, generation))) continue;
    throw new WarmdockError(
      'CONFLICT',
      `session ${session} was made from generation ${generation} of ${project}, which is not there`,
      { hint: 'No layer was removed. Run `warmdock golden recover`, or release the session.' },
    );
  }
}

async function neededEntries(
  { paths }: StoreContext,
  dropped: CollectPoolOptions['dropped'],
): Promise<ReadonlySet<string>> {
  const gone = new Set(dropped.map(({ project, generation }) => `${project}/${generation}`));
  const needed = new Set<string>();
  for (const project of await allProjects(paths)) {
    for (const generation of await generationsOf(paths, project)) {
      if (gone.has(`${project}/${generation}`)) continue;
      const { content } = await existingManifest(paths, project, generation);
      if (content.kind !== 'linked') continue;
      for (const { pool } of content.layers) needed.add(pool);
    }
  }
  return needed;
}

async function removeIfEmpty(context: StoreContext, folder: string): Promise<void> {
  const names = await readdir(folder);
  if (names.some((name) => !name.startsWith(PLAN_NAME))) return;
  for (const name of names) await discard(context, join(folder, name));
  try {
    await rmdir(folder);
  } catch (error) {
    if (!hasCode(error, 'ENOTEMPTY')) throw error;
  }
}

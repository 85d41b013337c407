import { stat } from 'node:fs/promises';
import { isWarmdockError, WarmdockError } from '@warmdock/core';
import { contentBytes } from '../strategy/strategy.js';
import { collectPool } from './collect-pool.js';
import type { StoreContext } from './context.js';
import { lockFile } from './file-lock.js';
import type { Collection, GcOptions } from './golden-store.js';
import { leasedGenerations, parkGeneration, settleParked } from './parked.js';
import { projectPaths, treeOf } from './paths.js';
import {
  allProjects,
  currentGeneration,
  existingManifest,
  generationFolder,
  generationsOf,
} from './project.js';
import { emptyTrash } from './trash.js';

const DEFAULT_KEEP = 2;

interface Candidate {
  readonly project: string;
  readonly generation: number;
}

/** See `GoldenStore.gc`. */
export async function gc(context: StoreContext, options: GcOptions = {}): Promise<Collection> {
  const { keep = DEFAULT_KEEP, dryRun = false, signal } = options;
  if (!Number.isInteger(keep) || keep < 0) {
    throw new WarmdockError(
      'INVALID_ARGUMENT',
      `collecting garbage: cannot keep ${keep} generations`,
    );
  }
  const { paths, onStep } = context;
  const operation = `collecting garbage in ${paths.root}`;
  await using _lock = await lockFile(paths.gcLock, { operation, signal });
  const generations: Candidate[] = [];
  let freedBytes = 0;
  for (const project of await allProjects(paths)) {
    for (const candidate of await candidatesOf(context, project, keep)) {
      signal?.throwIfAborted();
      const sizeBytes = await ownBytes(context, candidate);
      if (!dryRun && !(await drop(context, candidate))) continue;
      onStep('gc:generation');
      generations.push(candidate);
      freedBytes += sizeBytes;
    }
  }
  const pool = await collectPool(context, { dropped: dryRun ? generations : [], dryRun, signal });
  const left = dryRun ? [] : await emptyTrash(context, { signal });
  onStep('gc:trash');
  return { generations, pooled: pool.entries, freedBytes: freedBytes + pool.sizeBytes, left };
}

/** Neither current, nor leased, nor among those used last; none of a project that promotes now. */
async function candidatesOf(
  { paths }: StoreContext,
  project: string,
  keep: number,
): Promise<Candidate[]> {
  const current = await currentGeneration(paths, project);
  if (current === undefined) return [];
  const leased = await leasedGenerations(paths, project);
  const others = (await generationsOf(paths, project)).filter(
    (generation) => generation < current && !leased.has(generation),
  );
  const used = await Promise.all(
    others.map(async (generation) => ({
      generation,
      usedMs: (await stat(generationFolder(paths, project, generation))).mtimeMs,
    })),
  );
  used.sort((a, b) => b.usedMs - a.usedMs || b.generation - a.generation);
  return used.slice(keep).map(({ generation }) => ({ project, generation }));
}

/** Out of sight first: see `settleParked`. False when it had to be put back, or a promotion is under way. */
async function drop(context: StoreContext, { project, generation }: Candidate): Promise<boolean> {
  const operation = `removing generation ${generation} of ${project}`;
  const { lock } = projectPaths(context.paths, project);
  try {
    await using _lock = await lockFile(lock, { operation });
    await parkGeneration(context.paths, project, generation);
    context.onStep('gc:discard');
    return (await settleParked(context, project, generation)) === 'removed';
  } catch (error) {
    // Somebody promotes: what they need is not known yet.
    if (isWarmdockError(error) && error.code === 'CONFLICT') return false;
    throw error;
  }
}

/** What goes with the generation itself; what it shares is counted with the pool. */
async function ownBytes({ paths, strategy }: StoreContext, { project, generation }: Candidate) {
  const { content } = await existingManifest(paths, project, generation);
  const tree = treeOf(generationFolder(paths, project, generation));
  return (await strategy.uniqueBytes(tree)) ?? contentBytes(content);
}

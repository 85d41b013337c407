import { rename, stat } from 'node:fs/promises';
import { isWarmdockError, WarmdockError } from '@warmdock/core';
import { contentBytes } from '../strategy/strategy.js';
import { collectPool } from './collect-pool.js';
import type { StoreContext } from './context.js';
import { lockFile } from './file-lock.js';
import type { Collection, GcOptions } from './golden-store.js';
import { projectPaths, treeOf } from './paths.js';
import {
  allProjects,
  currentGeneration,
  existingManifest,
  generationFolder,
  generationsOf,
} from './project.js';
import { allSessions } from './session.js';
import { discard, emptyTrash } from './trash.js';

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
  if (!dryRun) await emptyTrash(context, { signal });
  onStep('gc:trash');
  return { generations, pooled: pool.entries, freedBytes: freedBytes + pool.sizeBytes };
}

/** Neither current, nor leased, nor among those used last; none of a project that promotes now. */
async function candidatesOf(
  { paths }: StoreContext,
  project: string,
  keep: number,
): Promise<Candidate[]> {
  const current = await currentGeneration(paths, project);
  if (current === undefined) return [];
  const leased = await leasedGenerations({ paths }, project);
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

async function leasedGenerations({ paths }: Pick<StoreContext, 'paths'>, project: string) {
  const sessions = await allSessions(paths);
  return new Set(
    sessions.filter((session) => session.project === project).map(({ generation }) => generation),
  );
}

/**
 * Out of sight first, then a second look at the leases: a clone leases before it looks whether its
 * generation is there, so one of the two sees the other. False when it had to be put back.
 */
async function drop(context: StoreContext, { project, generation }: Candidate): Promise<boolean> {
  const folder = generationFolder(context.paths, project, generation);
  const operation = `removing generation ${generation} of ${project}`;
  const { lock } = projectPaths(context.paths, project);
  try {
    await using _lock = await lockFile(lock, { operation });
    const place = await discard(context, folder);
    context.onStep('gc:discard');
    if (!(await leasedGenerations(context, project)).has(generation)) return true;
    await rename(place, folder);
    return false;
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

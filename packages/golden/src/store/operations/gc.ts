import { stat } from 'node:fs/promises';
import { WarmdockError } from '@warmdock/core';
import type { CallOptions } from '@warmdock/core/oci';
import { contentBytes } from '../../strategy/strategy.js';
import { lockFile, tryLockFile } from '../fs/file-lock.js';
import type { GarbageCollection, GcRequest } from '../golden-store.js';
import type { Manifest } from '../records/manifest.js';
import { projectPaths, type StorePaths, treeOf } from '../records/paths.js';
import {
  currentGeneration,
  forEachProject,
  generationFolder,
  manifestsOf,
} from '../records/project.js';
import { collectPool } from './collect-pool.js';
import { hidePendingDeletion, leasesOn, settlePendingDeletion } from './pending-deletions.js';
import type { StoreContext } from './store-context.js';
import { emptyTrash } from './trash.js';

const DEFAULT_KEEP = 2;

interface Candidate {
  readonly project: string;
  readonly generation: number;
}

/** See `GoldenStore.gc`. */
export async function gc(
  context: StoreContext,
  { keep = DEFAULT_KEEP, dryRun = false }: GcRequest = {},
  { signal }: CallOptions = {},
): Promise<GarbageCollection> {
  if (!Number.isInteger(keep) || keep < 0) {
    throw new WarmdockError(
      'INVALID_ARGUMENT',
      `collecting garbage: cannot keep ${keep} generations`,
    );
  }
  const { paths } = context;
  const operation = `collecting garbage in ${paths.root}`;
  await using _lock = await lockFile(paths.gcLock, { operation }, { signal });
  const dropped = await dropGenerations(context, { keep, dryRun }, { signal });
  const { generations } = dropped;
  const pool = await collectPool(
    context,
    { dropped: dryRun ? generations : [], dryRun },
    { signal },
  );
  const left = dryRun ? [] : await emptyTrash(context, { signal });
  context.onStep('gc:trash');
  return {
    generations,
    pooled: pool.entries,
    freedBytes: dropped.freedBytes + pool.sizeBytes,
    left,
    unreadable: [...new Set([...dropped.unreadable, ...pool.unreadable])],
  };
}

/** A project that cannot be read does not affect the others. */
async function dropGenerations(
  context: StoreContext,
  { keep, dryRun }: { readonly keep: number; readonly dryRun: boolean },
  { signal }: CallOptions,
) {
  const { paths, onStep } = context;
  const generations: Candidate[] = [];
  let freedBytes = 0;
  const { found, unreadable } = await forEachProject(paths, (project) =>
    candidatesOf(paths, project, keep),
  );
  for (const { candidates } of found.map(({ answer }) => answer)) {
    for (const candidate of candidates) {
      signal?.throwIfAborted();
      const sizeBytes = await ownBytes(context, candidate);
      if (!dryRun && !(await drop(context, candidate))) continue;
      onStep('gc:generation');
      generations.push({ project: candidate.project, generation: candidate.generation });
      freedBytes += sizeBytes;
    }
  }
  const passedOver = found.flatMap(({ answer }) => answer.unreadable);
  return { generations, freedBytes, unreadable: [...unreadable, ...passedOver] };
}

/**
 * Generations that are neither current, nor leased, nor among those used last. None when an
 * unreadable record may lease any.
 */
async function candidatesOf(paths: StorePaths, project: string, keep: number) {
  const current = await currentGeneration(paths, project);
  const { leased, unreadable } = await leasesOn(paths, project);
  const known = await manifestsOf(paths, project);
  const passedOver = [...unreadable, ...known.unreadable];
  if (current === undefined || unreadable.length > 0) {
    return { candidates: [], unreadable: passedOver };
  }
  const others = known.manifests.filter(
    ({ generation }) => generation < current && !leased.has(generation),
  );
  const used = await Promise.all(
    others.map(async (manifest) => ({
      manifest,
      usedMs: (await stat(generationFolder(paths, project, manifest.generation))).mtimeMs,
    })),
  );
  const ages = (a: (typeof used)[number], b: (typeof used)[number]) =>
    b.usedMs - a.usedMs || b.manifest.generation - a.manifest.generation;
  used.sort(ages);
  return { candidates: used.slice(keep).map(({ manifest }) => manifest), unreadable: passedOver };
}

/** Hides it first: see `settlePendingDeletion`. False when it was put back, or a promotion runs. */
async function drop(context: StoreContext, { project, generation }: Candidate): Promise<boolean> {
  const operation = `removing generation ${generation} of ${project}`;
  const { lock } = projectPaths(context.paths, project);
  await using held = await tryLockFile(lock, { operation });
  // A promotion runs: what it needs is not known yet.
  if (held === undefined) return false;
  await hidePendingDeletion(context.paths, project, generation);
  context.onStep('gc:discard');
  return (await settlePendingDeletion(context, project, generation)) === 'removed';
}

/** Disk space that the generation frees by itself; shared layers count with the pool. */
async function ownBytes(
  { paths, strategy }: StoreContext,
  { project, generation, content }: Manifest,
): Promise<number> {
  const tree = treeOf(generationFolder(paths, project, generation));
  return (await strategy.uniqueBytes(tree)) ?? contentBytes(content);
}

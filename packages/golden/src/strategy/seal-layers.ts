import { lstatSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { WarmdockError } from '@warmdock/core';
import { measure } from './measure.js';
import { type Linked, type Placement, planSeal, sealPlan } from './plan-seal.js';
import type { PooledEntry, SealOptions } from './strategy.js';

const nothing: Linked = { kind: 'linked', layers: [], blobs: [], privateBytes: 0 };

/**
 * Moves the layers and blobs that are new in the tree into the pool, leaves links to the layers, and
 * takes out the blobs: clones get them from the pool.
 */
export async function sealLayers(
  pool: string,
  tree: string,
  options: SealOptions,
): Promise<Linked> {
  const base = linkedBase(tree, options);
  const folder = join(pool, options.transaction);
  await mkdir(folder, { recursive: true, mode: 0o711 });
  const plan = await sealPlan(folder, () => planSeal(pool, tree, base, options));
  for (const placement of plan.layers) moveLayer(pool, tree, placement);
  for (const placement of plan.blobs) moveBlob(pool, tree, placement);
  return {
    kind: 'linked',
    layers: await entriesOf(pool, plan.layers, base.layers),
    blobs: await entriesOf(pool, plan.blobs, base.blobs),
    privateBytes: measure(tree, { withoutShared: true }).sizeBytes,
  };
}

/** See `Strategy.assertSealable`. */
export async function assertSealable(
  pool: string,
  tree: string,
  options: SealOptions,
): Promise<void> {
  await planSeal(pool, tree, linkedBase(tree, options), options);
}

function linkedBase(tree: string, { base = nothing }: SealOptions): Linked {
  if (base.kind === 'linked') return base;
  throw new WarmdockError('UNSUPPORTED', `sealing ${tree}: its base was not made by layer-link`);
}

function moveLayer(pool: string, tree: string, { at, pool: entry, isNew }: Placement) {
  if (!isNew) return;
  const [path, target] = [join(tree, at), join(pool, entry)];
  if (!exists(target)) renameSync(path, target);
  if (!exists(path)) symlinkSync(target, path);
}

function moveBlob(pool: string, tree: string, { at, pool: entry, isNew }: Placement): void {
  const [path, target] = [join(tree, at), join(pool, entry)];
  if (isNew && !exists(target)) renameSync(path, target);
  else rmSync(path, { force: true });
}

/** Looks at every file of what is new, with room for other work between the layers. */
async function entriesOf(
  pool: string,
  placements: readonly Placement[],
  base: readonly PooledEntry[],
): Promise<PooledEntry[]> {
  const known = new Map(base.map((entry) => [entry.pool, entry]));
  const entries: PooledEntry[] = [];
  for (const { at, pool: entry } of placements) {
    const kept = known.get(entry);
    if (kept === undefined) await setImmediate();
    entries.push(kept ?? { at, pool: entry, ...measure(join(pool, entry)) });
  }
  return entries;
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

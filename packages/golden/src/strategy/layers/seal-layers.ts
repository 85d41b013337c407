import { renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { WarmdockError } from '@warmdock/core';
import type { CallOptions } from '@warmdock/core/oci';
import type { PooledLayer, SealOptions } from '../strategy.js';
import { ensureFolder } from '../trees/ensure-folder.js';
import { lexistsSync } from '../trees/lexists-sync.js';
import { measureTrees } from '../trees/measure-trees.js';
import { type LayerPlacement, type Linked, planSeal, sealPlan } from './plan-seal.js';
import { ownPart, sharedPart } from './sealed-tree.js';
import { splitTree } from './split-tree.js';

const nothing: Linked = {
  kind: 'linked',
  layers: [],
  sharedBytes: 0,
  fingerprint: '',
  ownBytes: 0,
  addedBytes: 0,
};

/**
 * Moves new layers of the tree into the pool and leaves links to them. Splits the rest into what
 * clones share and what they copy.
 */
export async function sealLayers(
  pool: string,
  tree: string,
  options: SealOptions,
  call?: CallOptions,
): Promise<Linked> {
  const base = linkedBase(tree, options);
  const folder = join(pool, options.transaction);
  ensureFolder(folder, 0o711);
  const plan = await sealPlan(folder, () => planSeal(pool, tree, base, options, call));
  // All layers have moved once the tree is split.
  if (!lexistsSync(sharedPart(tree)))
    for (const placement of plan) moveLayer(pool, tree, placement);
  const places = new Set(plan.map(({ at }) => at));
  splitTree(tree, (at) => places.has(at));
  return contentOf(pool, tree, plan, base);
}

/** See `Strategy.assertSealable`. */
export async function assertSealable(
  pool: string,
  tree: string,
  options: SealOptions,
  call?: CallOptions,
): Promise<void> {
  await planSeal(pool, tree, linkedBase(tree, options), options, call);
}

function linkedBase(tree: string, { base = nothing }: SealOptions): Linked {
  if (base.kind === 'linked') return base;
  throw new WarmdockError('UNSUPPORTED', `sealing ${tree}: its base was not made by layer-link`);
}

function moveLayer(pool: string, tree: string, { at, pool: entry, isNew }: LayerPlacement): void {
  if (!isNew) return;
  const [path, target] = [join(tree, at), join(pool, entry)];
  if (!lexistsSync(target)) renameSync(path, target);
  if (!lexistsSync(path)) symlinkSync(target, path);
}

/** Files that the base has too have a link there; new ones have none elsewhere. */
async function contentOf(
  pool: string,
  tree: string,
  plan: readonly LayerPlacement[],
  base: Linked,
): Promise<Linked> {
  const layers = await layersOf(pool, plan, base);
  const known = new Set(base.layers.map(({ pool: entry }) => entry));
  const added = layers.filter(({ pool: entry }) => !known.has(entry));
  const { sizeBytes: ownBytes } = await measureTrees([ownPart(tree)]);
  const shared = await measureTrees([sharedPart(tree)]);
  return {
    kind: 'linked',
    layers,
    sharedBytes: shared.sizeBytes,
    fingerprint: shared.fingerprint,
    ownBytes,
    addedBytes: added.reduce((sum, { sizeBytes }) => sum + sizeBytes, ownBytes + shared.aloneBytes),
  };
}

/** Looks at every file of what is new. */
async function layersOf(
  pool: string,
  plan: readonly LayerPlacement[],
  base: Linked,
): Promise<PooledLayer[]> {
  const known = new Map(base.layers.map((layer) => [layer.pool, layer]));
  const layers: PooledLayer[] = [];
  for (const { at, pool: entry } of plan) {
    const kept = known.get(entry);
    layers.push(kept ?? (await measured(at, entry, join(pool, entry))));
  }
  return layers;
}

async function measured(at: string, pool: string, path: string): Promise<PooledLayer> {
  const { sizeBytes, entries, fingerprint } = await measureTrees([path]);
  return { at, pool, sizeBytes, entries, fingerprint };
}

import { lstatSync, readlinkSync } from 'node:fs';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { WarmdockError } from '@warmdock/core';
import { assertRealFolders } from '../data-root/real-folders.js';
import { findShareable } from '../data-root/shareable.js';
import type { Content, SealOptions } from './strategy.js';

/** Where something of a tree belongs in the pool. */
export interface Placement {
  readonly at: string;
  /** `TRANSACTION/NAME` */
  readonly pool: string;
  /** It is not in the pool before this promotion. */
  readonly isNew: boolean;
}

export interface SealPlan {
  readonly layers: readonly Placement[];
  readonly blobs: readonly Placement[];
}

export type Linked = Content & { readonly kind: 'linked' };

/** In the transaction's folder, among what it moves there. */
export const PLAN_NAME = '.plan.json';

/**
 * The plan that an earlier call kept in `folder`, else a new one, on disk before it is answered: once
 * things have moved, the tree no longer tells what was in it.
 */
export async function sealPlan(
  folder: string,
  makePlan: () => Promise<SealPlan>,
): Promise<SealPlan> {
  const path = join(folder, PLAN_NAME);
  const kept = await readFile(path, 'utf8').catch(() => undefined);
  if (kept !== undefined) return JSON.parse(kept);
  const plan = await makePlan();
  const file = await open(`${path}.new`, 'w');
  await file.writeFile(JSON.stringify(plan));
  await file.sync();
  await file.close();
  await rename(`${path}.new`, path);
  return plan;
}

/** Reads the tree; throws `CONFLICT` at links that this store did not make. */
export async function planSeal(
  pool: string,
  tree: string,
  base: Linked,
  { transaction, signal }: SealOptions,
): Promise<SealPlan> {
  const { layers, blobs } = await findShareable(tree, { signal });
  for (const at of [...layers, ...blobs]) assertRealFolders(tree, at);
  const place = (at: string): Placement => ({
    at,
    pool: `${transaction}/${at.replaceAll('/', '~')}`,
    isNew: true,
  });
  const known = {
    layers: new Map(base.layers.map(({ at, pool: entry }) => [at, entry])),
    blobs: new Map(base.blobs.map(({ at, pool: entry }) => [at, entry])),
  };
  return {
    layers: layers.map((at) => knownLayer(pool, tree, at, known.layers) ?? place(at)),
    blobs: blobs.map((at) => knownBlob(tree, at, known.blobs) ?? place(at)),
  };
}

function knownLayer(
  pool: string,
  tree: string,
  at: string,
  known: ReadonlyMap<string, string>,
): Placement | undefined {
  const path = join(tree, at);
  const stat = lstatSync(path);
  if (stat.isDirectory()) return undefined;
  const entry = known.get(at);
  if (stat.isSymbolicLink() && entry !== undefined && readlinkSync(path) === join(pool, entry)) {
    return { at, pool: entry, isNew: false };
  }
  throw foreign(path);
}

/** A blob is named by its digest: one of the same place is the same, also when it was fetched again. */
function knownBlob(
  tree: string,
  at: string,
  known: ReadonlyMap<string, string>,
): Placement | undefined {
  const path = join(tree, at);
  if (!lstatSync(path).isFile()) throw foreign(path);
  const entry = known.get(at);
  return entry === undefined ? undefined : { at, pool: entry, isNew: false };
}

function foreign(path: string): WarmdockError {
  return new WarmdockError(
    'CONFLICT',
    `sealing: ${path} is neither the daemon's nor this store's`,
    {
      hint: 'Something in the session replaced it: release the session and build the golden anew.',
    },
  );
}

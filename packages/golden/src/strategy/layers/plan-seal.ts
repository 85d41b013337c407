import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { type FileHandle, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { WarmdockError } from '@warmdock/core';
import type { CallOptions } from '@warmdock/core/oci';
import { assertRealFolders } from '../../data-root/real-folders.js';
import { findShareable } from '../../data-root/shareable.js';
import { rootNames } from '../../data-root/tree.js';
import type { Content, SealOptions } from '../strategy.js';

/** Where a layer of a tree belongs in the pool. */
export interface LayerPlacement {
  readonly at: string;
  /** `TRANSACTION/NAME` */
  readonly pool: string;
  /** Whether this promotion adds it to the pool. */
  readonly isNew: boolean;
}

export type Linked = Content & { readonly kind: 'linked' };

/** The plan's file, in the transaction's folder of the pool. */
export const PLAN_NAME = '.plan.json';

/**
 * The plan that an earlier call wrote to `folder`, or a new one, which is on disk when this
 * resolves. Once layers have moved, the tree does not show any more what was in it.
 */
export async function sealPlan(
  folder: string,
  makePlan: () => Promise<readonly LayerPlacement[]>,
): Promise<readonly LayerPlacement[]> {
  const path = join(folder, PLAN_NAME);
  const kept = await readFile(path, 'utf8').catch(() => undefined);
  if (kept !== undefined) return JSON.parse(kept);
  const plan = await makePlan();
  await withFile(`${path}.new`, 'w', async (file) => {
    await file.writeFile(JSON.stringify(plan));
    await file.sync();
  });
  await rename(`${path}.new`, path);
  await withFile(folder, 'r', (opened) => opened.sync());
  return plan;
}

async function withFile(
  path: string,
  flags: string,
  use: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const file = await open(path, flags);
  try {
    await use(file);
  } finally {
    await file.close();
  }
}

/** Reads the tree; throws `CONFLICT` at links that this store did not make. */
export async function planSeal(
  pool: string,
  tree: string,
  base: Linked,
  { transaction }: SealOptions,
  { signal }: CallOptions = {},
): Promise<readonly LayerPlacement[]> {
  assertOnlyRoots(tree);
  const { layers } = await findShareable(tree, { signal });
  for (const at of layers) assertRealFolders(tree, at);
  const known = new Map(base.layers.map(({ at, pool: entry }) => [at, entry]));
  return layers.map(
    (at) =>
      knownLayer(pool, tree, at, known) ?? {
        at,
        pool: `${transaction}/${at.replaceAll('/', '~')}`,
        isNew: true,
      },
  );
}

function assertOnlyRoots(tree: string): void {
  for (const name of readdirSync(tree)) {
    const isRoot = rootNames.some((root) => root === name);
    if (!isRoot || !lstatSync(join(tree, name)).isDirectory()) throw foreign(join(tree, name));
  }
}

function knownLayer(
  pool: string,
  tree: string,
  at: string,
  known: ReadonlyMap<string, string>,
): LayerPlacement | undefined {
  const path = join(tree, at);
  const stat = lstatSync(path);
  if (stat.isDirectory()) return undefined;
  const entry = known.get(at);
  if (stat.isSymbolicLink() && entry !== undefined && readlinkSync(path) === join(pool, entry)) {
    return { at, pool: entry, isNew: false };
  }
  throw foreign(path);
}

function foreign(path: string): WarmdockError {
  return new WarmdockError('CONFLICT', `sealing: ${path} is neither a daemon's nor this store's`, {
    hint: 'Something in the session put it there: release the session and build the golden anew.',
  });
}

import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, readlinkSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type CallOptions, messageOf } from '@warmdock/core';
import { verifyTree } from '../data-root/verify-tree.js';
import { measure } from '../strategy/measure.js';
import type { Content, PooledEntry } from '../strategy/strategy.js';
import type { StoreContext } from './context.js';
import type { Problem, Verification, VerifyOptions } from './golden-store.js';
import { checkedName } from './names.js';
import { treeOf } from './paths.js';
import { assertProject, existingManifest, generationFolder, generationsOf } from './project.js';

interface Found {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
}

/** See `GoldenStore.verify`. */
export async function verify(
  context: StoreContext,
  { project: name, generation, deep = false, signal }: VerifyOptions,
): Promise<Verification> {
  const { paths } = context;
  const project = checkedName('project', name);
  await assertProject(paths, project);
  const generations = generation === undefined ? await generationsOf(paths, project) : [generation];
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const number of generations) {
    const found = await verifyGeneration(context, project, number, { deep, seen, signal });
    context.onStep('verify:generation');
    problems.push(
      ...found.map(({ path, text }) => ({
        generation: number,
        at: relative(paths.root, path),
        text,
      })),
    );
  }
  return { generations, problems };
}

interface LookOptions extends CallOptions {
  readonly deep: boolean;
  /** Entries of the pool that were looked at for another generation. */
  readonly seen: Set<string>;
}

async function verifyGeneration(
  { paths }: StoreContext,
  project: string,
  generation: number,
  { deep, seen, signal }: LookOptions,
): Promise<Found[]> {
  const { content } = await existingManifest(paths, project, generation);
  const tree = treeOf(generationFolder(paths, project, generation));
  const blobs = content.kind === 'linked' ? content.blobs : [];
  const elsewhere = new Set(blobs.map(({ at }) => at));
  const inTree = await verifyTree(tree, { elsewhere, signal });
  const found = inTree.map(({ at, text }) => ({ path: join(tree, at), text }));
  found.push(...verifyLinks(paths.pool, tree, content));
  if (!deep || content.kind !== 'linked') return found;
  const unseen = (entry: PooledEntry) => !seen.has(entry.pool) && seen.add(entry.pool);
  for (const entry of content.layers.filter(unseen)) found.push(...compare(paths.pool, entry));
  for (const entry of content.blobs.filter(unseen)) {
    found.push(...compare(paths.pool, entry), ...(await rehash(paths.pool, entry, { signal })));
  }
  return found;
}

function verifyLinks(pool: string, tree: string, content: Content): Found[] {
  if (content.kind !== 'linked') return [];
  const links = content.layers.flatMap(({ at, pool: entry }) => {
    const path = join(tree, at);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    const leads = stat?.isSymbolicLink() && readlinkSync(path) === join(pool, entry);
    return leads ? [] : [{ path, text: `is not the link to layers/${entry}` }];
  });
  const missing = [...content.layers, ...content.blobs].flatMap(({ pool: entry }) => {
    const path = join(pool, entry);
    return lstatSync(path, { throwIfNoEntry: false }) ? [] : [{ path, text: 'is missing' }];
  });
  return [...links, ...missing];
}

/** Names, modes, owners, sizes, times and links, as they were when it was promoted. */
function compare(pool: string, { pool: entry, fingerprint }: PooledEntry): Found[] {
  const path = join(pool, entry);
  try {
    if (measure(path).fingerprint === fingerprint) return [];
    return [{ path, text: 'was changed since it was promoted' }];
  } catch (error) {
    return [{ path, text: messageOf(error) }];
  }
}

/** A blob's name in a content store is the digest of its bytes. */
async function rehash(pool: string, { at, pool: entry }: PooledEntry, { signal }: CallOptions) {
  const path = join(pool, entry);
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    return [{ path, text: messageOf(error) }];
  }
  return hash.digest('hex') === basename(at) ? [] : [{ path, text: 'does not have its digest' }];
}

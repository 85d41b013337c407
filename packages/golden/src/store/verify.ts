import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type CallOptions, messageOf } from '@warmdock/core';
import { verifyTree } from '../data-root/verify-tree.js';
import { measure } from '../strategy/measure.js';
import { sharedPart } from '../strategy/sealed-tree.js';
import type { StoreContext } from './context.js';
import type { Problem, Verification, VerifyOptions } from './golden-store.js';
import type { Manifest } from './manifest.js';
import { checkedName } from './names.js';
import { treeOf } from './paths.js';
import { assertProject, existingManifest, generationFolder, generationsOf } from './project.js';
import { rehashBlobs } from './rehash-blobs.js';
import { shred } from './trash.js';

interface Found {
  readonly at: string;
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
    const manifest = await existingManifest(paths, project, number);
    const found = await verifyClone(context, manifest, { deep, signal });
    if (deep) found.push(...(await compareShared(context, manifest, seen)));
    context.onStep('verify:generation');
    problems.push(...found.map((problem) => ({ generation: number, ...problem })));
  }
  return { generations, problems };
}

/** Looks at what a session would get: a clone, out of everyone's sight. */
async function verifyClone(
  context: StoreContext,
  { project, generation, content }: Manifest,
  { deep, signal }: CallOptions & { readonly deep: boolean },
): Promise<Found[]> {
  const { paths, strategy } = context;
  const source = treeOf(generationFolder(paths, project, generation));
  const folder = join(paths.trash, `verify-${randomUUID()}`);
  const tree = treeOf(folder);
  await mkdir(folder);
  try {
    await strategy.clone({ tree: source, content }, tree, { signal });
    const found = [...(await verifyTree(tree, { signal }))];
    if (deep) found.push(...(await rehashBlobs(tree, { signal })));
    return found;
  } catch (error) {
    signal?.throwIfAborted();
    return [{ at: relative(paths.root, source), text: `cannot be cloned: ${messageOf(error)}` }];
  } finally {
    await shred(context, folder);
  }
}

/** Names, modes, owners, sizes, times and links, as they were when they were promoted. */
async function compareShared(
  context: StoreContext,
  manifest: Manifest,
  seen: Set<string>,
): Promise<Found[]> {
  const { project, generation, content } = manifest;
  if (content.kind !== 'linked') return [];
  const { root, pool } = context.paths;
  const unseen = content.layers.filter((layer) => !seen.has(layer.pool) && seen.add(layer.pool));
  const tree = treeOf(generationFolder(context.paths, project, generation));
  const found: Found[] = [];
  for (const layer of unseen) {
    found.push(...(await compare(root, join(pool, layer.pool), layer.fingerprint)));
  }
  return [...found, ...(await compare(root, sharedPart(tree), content.fingerprint))];
}

async function compare(root: string, path: string, fingerprint: string): Promise<Found[]> {
  const at = relative(root, path);
  try {
    const isSame = (await measure([path])).fingerprint === fingerprint;
    return isSame ? [] : [{ at, text: 'was changed since it was promoted' }];
  } catch (error) {
    return [{ at, text: messageOf(error) }];
  }
}

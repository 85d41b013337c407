import { randomUUID } from 'node:crypto';
import { join, relative } from 'node:path';
import { messageOf } from '@warmdock/core/internal';
import type { CallOptions } from '@warmdock/core/oci';
import { verifyTree } from '../../data-root/verify/verify-tree.js';
import { sharedPart } from '../../strategy/layers/sealed-tree.js';
import { measureTrees } from '../../strategy/trees/measure-trees.js';
import { exists } from '../fs/exists.js';
import type { GenerationProblem, Verification, VerifyRequest } from '../golden-store.js';
import type { Manifest } from '../records/manifest.js';
import { parseName } from '../records/names.js';
import { type StorePaths, treeOf } from '../records/paths.js';
import {
  assertProject,
  existingManifest,
  generationFolder,
  generationsOf,
} from '../records/project.js';
import { claimSession } from './claim-session.js';
import { rehashBlobs } from './rehash-blobs.js';
import type { StoreContext } from './store-context.js';
import { removeIfExists } from './trash.js';

interface Found {
  readonly at: string;
  readonly text: string;
}

/** See `GoldenStore.verify`. */
export async function verify(
  context: StoreContext,
  { project: name, generation, deep = false }: VerifyRequest,
  { signal }: CallOptions = {},
): Promise<Verification> {
  const { paths } = context;
  const project = parseName('project', name);
  await assertProject(paths, project);
  const numbers = generation === undefined ? await generationsOf(paths, project) : [generation];
  const looked: number[] = [];
  const problems: GenerationProblem[] = [];
  const seen = new Set<string>();
  for (const number of numbers) {
    await using lease = await leaseGeneration(context, project, number);
    const manifest = await manifestOf(paths, project, number, generation);
    // One of all that gc has taken since they were listed.
    if (manifest === undefined) continue;
    const found =
      'at' in manifest
        ? [manifest]
        : await look(context, manifest, lease.tree, { deep, seen }, { signal });
    context.onStep('verify:generation');
    looked.push(number);
    problems.push(...found.map((problem) => ({ generation: number, ...problem })));
  }
  return { generations: looked, problems };
}

/** Leases the generation like a session that is being made; `tree` is the path for a clone. */
async function leaseGeneration(context: StoreContext, project: string, generation: number) {
  const session = `verify-${randomUUID()}`;
  const claim = await claimSession(context, { project, session, generation });
  return {
    tree: treeOf(claim.folder),
    async [Symbol.asyncDispose]() {
      await removeIfExists(context, claim.folder);
      await claim[Symbol.asyncDispose]();
    },
  };
}

/** The manifest, or a problem when it cannot be read. */
async function manifestOf(
  paths: StorePaths,
  project: string,
  number: number,
  wanted: number | undefined,
): Promise<Manifest | Found | undefined> {
  const folder = generationFolder(paths, project, number);
  try {
    return await existingManifest(paths, project, number);
  } catch (error) {
    if (await exists(folder)) return { at: relative(paths.root, folder), text: messageOf(error) };
    if (wanted === undefined) return undefined;
    throw error;
  }
}

interface LookOptions {
  readonly deep: boolean;
  /** Layers that were compared already. */
  readonly seen: Set<string>;
}

async function look(
  context: StoreContext,
  manifest: Manifest,
  tree: string,
  { deep, seen }: LookOptions,
  call: CallOptions,
): Promise<Found[]> {
  const found = await verifyClone(context, manifest, tree, deep, call);
  if (deep) found.push(...(await compareShared(context, manifest, seen, call)));
  return found;
}

/** Verifies a clone, as a session would get it. */
async function verifyClone(
  { paths, strategy }: StoreContext,
  { project, generation, content }: Manifest,
  tree: string,
  deep: boolean,
  { signal }: CallOptions,
): Promise<Found[]> {
  const source = treeOf(generationFolder(paths, project, generation));
  try {
    await strategy.clone({ tree: source, content }, tree, { signal });
    const found = [...(await verifyTree(tree, { signal }))];
    if (deep) found.push(...(await rehashBlobs(tree, { signal })));
    return found;
  } catch (error) {
    signal?.throwIfAborted();
    return [{ at: relative(paths.root, source), text: `cannot be cloned: ${messageOf(error)}` }];
  }
}

/** Compares metadata of shared files with the fingerprints of their promotion. */
async function compareShared(
  context: StoreContext,
  manifest: Manifest,
  seen: Set<string>,
  options: CallOptions,
): Promise<Found[]> {
  const { project, generation, content } = manifest;
  if (content.kind !== 'linked') return [];
  const { root, pool } = context.paths;
  const unseen = content.layers.filter((layer) => !seen.has(layer.pool) && seen.add(layer.pool));
  const tree = treeOf(generationFolder(context.paths, project, generation));
  const found: Found[] = [];
  for (const layer of unseen) {
    found.push(...(await compare(root, join(pool, layer.pool), layer.fingerprint, options)));
  }
  return [...found, ...(await compare(root, sharedPart(tree), content.fingerprint, options))];
}

async function compare(
  root: string,
  path: string,
  fingerprint: string,
  { signal }: CallOptions,
): Promise<Found[]> {
  const at = relative(root, path);
  try {
    const isSame = (await measureTrees([path], {}, { signal })).fingerprint === fingerprint;
    return isSame ? [] : [{ at, text: 'was changed since it was promoted' }];
  } catch (error) {
    signal?.throwIfAborted();
    return [{ at, text: messageOf(error) }];
  }
}

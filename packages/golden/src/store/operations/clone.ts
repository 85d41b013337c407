import { mkdir, rename, utimes } from 'node:fs/promises';
import { isWarmdockError, WarmdockError } from '@warmdock/core';
import type { CallOptions } from '@warmdock/core/oci';
import { containerdRoot, dockerRoot } from '../../data-root/tree.js';
import { ensureFolder } from '../../strategy/trees/ensure-folder.js';
import { hasCode } from '../fs/disk-error.js';
import { exists } from '../fs/exists.js';
import type { Clone, CloneRequest, Mount } from '../golden-store.js';
import type { Manifest } from '../records/manifest.js';
import { parseName } from '../records/names.js';
import { projectPaths, type StorePaths, treeOf } from '../records/paths.js';
import { currentGeneration, existingManifest, generationFolder } from '../records/project.js';
import { sessionFolder } from '../records/session.js';
import { claimSession } from './claim-session.js';
import type { StoreContext } from './store-context.js';
import { removeIfExists } from './trash.js';

/** How often a clone starts again when gc removes its generation. */
const MAX_ATTEMPTS = 5;

/** See `GoldenStore.clone`. */
export async function clone(
  context: StoreContext,
  request: CloneRequest,
  call: CallOptions = {},
): Promise<Clone> {
  const startMs = performance.now();
  const project = parseName('project', request.project);
  const session = parseName('session', request.session);
  for (let attempt = 1; ; attempt++) {
    const manifest = await tryClone(context, { ...request, project, session }, attempt, call);
    if (manifest === 'overtaken') continue;
    return describe(context, project, session, manifest, performance.now() - startMs);
  }
}

async function tryClone(
  context: StoreContext,
  { project, session, generation: wanted, allowEmpty = false }: CloneRequest,
  attempt: number,
  { signal }: CallOptions,
): Promise<Manifest | undefined | 'overtaken'> {
  const { paths, onStep } = context;
  const generation = wanted ?? (await currentGeneration(paths, project));
  if (generation === undefined && !allowEmpty) throw noGolden(paths, project);
  // One that starts from nothing begins the project; what was made from a generation has one.
  if (generation === undefined) ensureFolder(projectPaths(paths, project).folder, 0o700);
  await using claimed = await claimSession(context, { project, session, generation });
  const { folder } = claimed;
  try {
    onStep('clone:lease');
    const manifest = await fill(context, folder, project, generation, { signal });
    onStep('clone:tree');
    await rename(folder, sessionFolder(paths, session));
    onStep('clone:publish');
    return manifest;
  } catch (error) {
    // What cannot be deleted now is out of sight, and goes with the next recovery.
    await removeIfExists(context, folder).catch(() => {});
    const isOvertaken =
      wanted === undefined && (isMissing(error) || (await isGone(paths, project, generation)));
    if (isOvertaken && attempt < MAX_ATTEMPTS && !signal?.aborted) return 'overtaken';
    throw error;
  }
}

function noGolden({ root }: StorePaths, project: string): WarmdockError {
  return new WarmdockError('NOT_FOUND', `project ${project} has no golden in ${root}`, {
    hint: `Make one: \`warmdock golden build ${project} --script FILE\`. To start from nothing, say so: \`--allow-empty\`, \`allowEmpty\`.`,
  });
}

/** Makes the tree; looks at the generation after the lease is there for gc to see. */
async function fill(
  { paths, strategy }: StoreContext,
  folder: string,
  project: string,
  generation: number | undefined,
  options: CallOptions,
): Promise<Manifest | undefined> {
  if (generation === undefined) {
    await strategy.create(treeOf(folder), options);
    await mkdir(dockerRoot(treeOf(folder)), { mode: 0o710 });
    return undefined;
  }
  const manifest = await existingManifest(paths, project, generation);
  const source = generationFolder(paths, project, generation);
  const snapshot = { tree: treeOf(source), content: manifest.content };
  await strategy.clone(snapshot, treeOf(folder), options);
  await markUsed(source);
  return manifest;
}

/** gc keeps what was used last. */
async function markUsed(folder: string): Promise<void> {
  const now = new Date();
  await utimes(folder, now, now);
}

async function isGone(paths: StorePaths, project: string, generation: number | undefined) {
  return generation !== undefined && !(await exists(generationFolder(paths, project, generation)));
}

/** Whether the generation is missing, as when gc hides it to check whether it is needed. */
function isMissing(error: unknown): boolean {
  return hasCode(error, 'ENOENT') || (isWarmdockError(error) && error.code === 'NOT_FOUND');
}

function describe(
  { paths, strategy, reason }: StoreContext,
  project: string,
  session: string,
  manifest: Manifest | undefined,
  totalMs: number,
): Clone {
  const tree = treeOf(sessionFolder(paths, session));
  const dataRoot = dockerRoot(tree);
  return {
    project,
    session,
    dataRoot,
    containerdRoot: containerdRoot(tree),
    mounts: mountsOf(paths, strategy.name, tree),
    env: {
      WARMDOCK_GOLDEN_PROJECT: project,
      WARMDOCK_GOLDEN_SESSION: session,
      WARMDOCK_GOLDEN_GENERATION: String(manifest?.generation ?? ''),
      WARMDOCK_GOLDEN_DATA_ROOT: dataRoot,
    },
    strategy: strategy.name,
    reason,
    generation: manifest?.generation,
    imageStore: manifest?.imageStore,
    timings: { totalMs },
  };
}

function mountsOf(paths: StorePaths, strategy: string, tree: string): Mount[] {
  const own = { source: tree, target: tree, readOnly: false };
  const pool = { source: paths.pool, target: paths.pool, readOnly: true };
  return strategy === 'layer-link' ? [own, pool] : [own];
}

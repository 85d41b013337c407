import { randomUUID } from 'node:crypto';
import { mkdir, rename, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { type CallOptions, isWarmdockError, WarmdockError } from '@warmdock/core';
import { containerdRoot, dockerRoot } from '../data-root/tree.js';
import { ensureFolder } from '../strategy/ensure-folder.js';
import type { StoreContext } from './context.js';
import { hasCode } from './disk-error.js';
import { exists } from './exists.js';
import type { Clone, CloneOptions, Mount } from './golden-store.js';
import type { Manifest } from './manifest.js';
import { checkedName } from './names.js';
import { stateOfOwner } from './owner.js';
import { projectPaths, type StorePaths, treeOf } from './paths.js';
import { currentGeneration, existingManifest, generationFolder } from './project.js';
import {
  makeSessionFolder,
  NEW,
  PARTIAL,
  readSession,
  type Session,
  sessionFolder,
} from './session.js';
import { removeIfThere } from './trash.js';

/** A clone that loses its generation to gc begins again; gc cannot overtake it for ever. */
const MAX_ATTEMPTS = 5;

/** See `GoldenStore.clone`. */
export async function clone(context: StoreContext, options: CloneOptions): Promise<Clone> {
  const startMs = performance.now();
  const project = checkedName('project', options.project);
  const session = checkedName('session', options.session);
  for (let attempt = 1; ; attempt++) {
    const manifest = await tryClone(context, { ...options, project, session }, attempt);
    if (manifest === 'overtaken') continue;
    return describe(context, project, session, manifest, performance.now() - startMs);
  }
}

async function tryClone(
  context: StoreContext,
  { project, session, generation: wanted, allowEmpty = false, signal }: CloneOptions,
  attempt: number,
): Promise<Manifest | undefined | 'overtaken'> {
  const { paths, onStep } = context;
  const generation = wanted ?? (await currentGeneration(paths, project));
  if (generation === undefined && !allowEmpty) throw noGolden(paths, project);
  const folder = await claim(context, { project, session, generation });
  try {
    onStep('clone:lease');
    const manifest = await fill(context, folder, project, generation, { signal });
    onStep('clone:tree');
    await rename(folder, sessionFolder(paths, session));
    onStep('clone:publish');
    return manifest;
  } catch (error) {
    // What cannot be deleted now is out of sight, and goes with the next recovery.
    await removeIfThere(context, folder).catch(() => {});
    const isOvertaken =
      wanted === undefined && (isMissing(error) || (await isGone(paths, project, generation)));
    if (isOvertaken && attempt < MAX_ATTEMPTS && !signal?.aborted) return 'overtaken';
    throw error;
  }
}

/** Takes the session's name, and with it the lease on its generation; answers with the folder. */
async function claim(
  context: StoreContext,
  lease: Pick<Session, 'project' | 'session' | 'generation'>,
): Promise<string> {
  const { paths } = context;
  const { project, session } = lease;
  const fresh = join(paths.sessions, `${NEW}${randomUUID()}`);
  const folder = join(paths.sessions, `${PARTIAL}${session}`);
  // One that starts from nothing begins the project; what was made from a generation has one.
  if (lease.generation === undefined) ensureFolder(projectPaths(paths, project).folder, 0o700);
  try {
    await makeSessionFolder(fresh, lease);
    await discardStale(context, folder);
    await renameUnlessTaken(fresh, folder, session);
  } catch (error) {
    await removeIfThere(context, fresh);
    throw error;
  }
  if (!(await exists(sessionFolder(paths, session)))) return folder;
  await removeIfThere(context, folder);
  throw taken(session);
}

async function renameUnlessTaken(from: string, to: string, session: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    throw hasCode(error, 'ENOTEMPTY', 'EEXIST') ? taken(session) : error;
  }
}

/** What a process that is dead began to make does not keep the name. */
async function discardStale(context: StoreContext, folder: string): Promise<void> {
  const record = await readSession(folder);
  if (record === undefined || stateOfOwner(record.owner) !== 'dead') return;
  await removeIfThere(context, folder);
}

function noGolden({ root }: StorePaths, project: string): WarmdockError {
  return new WarmdockError('NOT_FOUND', `project ${project} has no golden in ${root}`, {
    hint: `Make one: \`warmdock golden build ${project} --script FILE\`. To start from nothing, say so: \`--allow-empty\`, \`allowEmpty\`.`,
  });
}

function taken(session: string): WarmdockError {
  return new WarmdockError('CONFLICT', `session ${session} exists already`, {
    hint: `Take another name, or end it: \`warmdock golden release ${session}\`.`,
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

/** As when gc takes a generation out of sight to look whether somebody needs it. */
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

import { WarmdockError } from '@warmdock/core';
import type { CallOptions } from '@warmdock/core/oci';
import { cleanTree } from '../../data-root/clean.js';
import { imageStoreOf } from '../../data-root/image-store.js';
import { assertNotInUse } from '../../data-root/in-use/assert-not-in-use.js';
import { verifyTree } from '../../data-root/verify/verify-tree.js';
import { type Content, contentBytes } from '../../strategy/strategy.js';
import { ensureFolder } from '../../strategy/trees/ensure-folder.js';
import { lockFile } from '../fs/file-lock.js';
import { syncFileSystems } from '../fs/sync-file-systems.js';
import type { PromoteRequest, Promotion } from '../golden-store.js';
import { type Journal, readJournal, writeJournal } from '../records/journal.js';
import { parseName } from '../records/names.js';
import { projectPaths, treeOf } from '../records/paths.js';
import { currentGeneration, existingManifest, generationsOf } from '../records/project.js';
import {
  existingSession,
  isOfEarlierBoot,
  type Session,
  sessionFolder,
} from '../records/session.js';
import { finishPromotion } from './finish-promotion.js';
import type { StoreContext } from './store-context.js';
import { newTransaction } from './transaction.js';

/** Another promotion of the same project takes seconds at most. */
const LOCK_WAIT_MS = 60_000;

/** See `GoldenStore.promote`. */
export async function promote(
  context: StoreContext,
  request: PromoteRequest,
  { signal }: CallOptions = {},
): Promise<Promotion> {
  const startMs = performance.now();
  const { paths } = context;
  const session = await existingSession(paths, parseName('session', request.session));
  const operation = `promoting session ${session.session} of ${session.project}`;
  assertProof(operation, request);
  const project = projectPaths(paths, session.project);
  // A session that starts from nothing may have outlived its project.
  ensureFolder(project.folder, 0o700);
  ensureFolder(project.generations, 0o711);
  await using _lock = await lockFile(project.lock, { operation, waitMs: LOCK_WAIT_MS }, { signal });
  const journal = await begin(context, session, operation, request, { signal });
  const { generation, content } = await finishPromotion(context, session.project, journal);
  return {
    project: session.project,
    generation,
    sizeBytes: contentBytes(content),
    addedBytes: content.addedBytes,
    timings: { totalMs: performance.now() - startMs },
  };
}

/**
 * All checks that can refuse the promotion. Once the journal is on disk, the promotion will be
 * finished. What the journal names is on disk before it.
 */
async function begin(
  context: StoreContext,
  session: Session,
  operation: string,
  { proof, images = [] }: PromoteRequest,
  { signal }: CallOptions,
): Promise<Journal> {
  const { paths, onStep } = context;
  const project = projectPaths(paths, session.project);
  const pending = await readJournal(project);
  if (pending !== undefined) await finishPromotion(context, session.project, pending);
  await assertBase(context, session, operation);
  assertOfThisBoot(session, operation);
  const tree = treeOf(sessionFolder(paths, session.session));
  await prepare(tree, operation, { signal });
  const generation = await nextGeneration(context, session.project);
  const transaction = newTransaction(session.project, generation);
  const base = await contentOf(context, session);
  await context.strategy.assertSealable?.(tree, { transaction, base }, { signal });
  onStep('promote:verify');
  // Layers that were written and not synced come back empty after a power cut, links among them.
  await syncFileSystems([project.folder, tree], { signal });
  onStep('promote:flush');
  const journal: Journal = {
    format: 1,
    transaction,
    session: session.session,
    generation,
    base: session.generation,
    createdAt: new Date().toISOString(),
    buildId: proof.buildId,
    imageStore: await imageStoreOf(tree),
    images: [...images],
  };
  await writeJournal(project, journal);
  onStep('promote:journal');
  return journal;
}

async function contentOf(
  { paths }: StoreContext,
  { project, generation }: Session,
): Promise<Content | undefined> {
  if (generation === undefined) return undefined;
  return (await existingManifest(paths, project, generation)).content;
}

function assertProof(operation: string, { proof }: PromoteRequest): void {
  if (proof?.exitCode === 0 && typeof proof.buildId === 'string') return;
  throw new WarmdockError('INVALID_ARGUMENT', `${operation}: no proof that its script succeeded`, {
    hint: 'Only what a script that ended with code 0 left behind may become a golden.',
  });
}

/** Compare-and-swap: two builds from one generation cannot both become the next. */
async function assertBase(
  { paths }: StoreContext,
  session: Session,
  operation: string,
): Promise<void> {
  const current = await currentGeneration(paths, session.project);
  if (current === session.generation) return;
  const text = (generation: number | undefined) =>
    generation === undefined ? 'nothing' : `generation ${generation}`;
  throw new WarmdockError(
    'CONFLICT',
    `${operation}: it was made from ${text(session.generation)}, and the current one is ${text(current)}`,
    { hint: 'Release the session and build again from the current generation.' },
  );
}

/** Files that had not reached the disk are missing after a restart, and no check can find that. */
function assertOfThisBoot(session: Session, operation: string): void {
  if (!isOfEarlierBoot(session)) return;
  throw new WarmdockError(
    'CONFLICT',
    `${operation}: it was made before this machine started, and may lack what was written last`,
    { hint: 'Release the session and build again; the golden is as it was.' },
  );
}

async function prepare(tree: string, operation: string, options: CallOptions): Promise<void> {
  await assertNotInUse(tree, operation, options);
  await cleanTree(tree, options);
  const problems = await verifyTree(tree, options);
  const [first] = problems;
  if (first === undefined) return;
  throw new WarmdockError(
    'CONFLICT',
    `${operation}: the data root is broken in ${problems.length} places; ${first.at}: ${first.text}`,
    { hint: 'Release the session and build again; the golden is as it was.' },
  );
}

/** One more than the highest: the current generation always exists. */
async function nextGeneration({ paths }: StoreContext, project: string): Promise<number> {
  return Math.max(0, ...(await generationsOf(paths, project))) + 1;
}

import { rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isWarmdockError, WarmdockError } from '@warmdock/core';
import { messageOf } from '@warmdock/core/internal';
import type { Content } from '../../strategy/strategy.js';
import { ensureFolder } from '../../strategy/trees/ensure-folder.js';
import { diskError } from '../fs/disk-error.js';
import { exists } from '../fs/exists.js';
import { syncFileSystems } from '../fs/sync-file-systems.js';
import { type Journal, partialGeneration, removeJournal } from '../records/journal.js';
import { type Manifest, manifestPath, readManifest } from '../records/manifest.js';
import { type ProjectPaths, projectPaths, treeOf } from '../records/paths.js';
import { existingManifest, generationFolder, generationName } from '../records/project.js';
import { sessionFolder } from '../records/session.js';
import { syncFolder, writeJson } from '../records/write-json.js';
import type { StoreContext } from './store-context.js';
import { removeIfExists } from './trash.js';

/**
 * Carries out what the journal says, from wherever an earlier attempt ended: every step looks whether
 * it was done. The caller holds the project's lock. When it fails, the journal stays, the golden is
 * the old one, and the next recovery goes on.
 */
export async function finishPromotion(
  context: StoreContext,
  project: string,
  journal: Journal,
): Promise<Manifest> {
  try {
    return await finish(context, project, journal);
  } catch (error) {
    throw stopped(project, journal, diskError('finishing a promotion', error));
  }
}

async function finish(context: StoreContext, project: string, journal: Journal): Promise<Manifest> {
  const { paths, strategy, onStep } = context;
  const place = projectPaths(paths, project);
  const folder = generationFolder(paths, project, journal.generation);
  let manifest = await publishedManifest(folder, journal);
  if (manifest === undefined) {
    // Once it is published, nothing holds the base any more.
    const base = await baseContent(context, project, journal);
    const partial = partialGeneration(place, journal);
    await takeTree(context, journal, partial);
    onStep('promote:take');
    const { transaction } = journal;
    const content = await strategy.seal(treeOf(partial), { transaction, base });
    onStep('promote:seal');
    manifest = manifestOf(project, journal, content);
    await writeJson(manifestPath(partial), manifest);
    onStep('promote:manifest');
    await syncFileSystems([partial, treeOf(partial)]);
    onStep('promote:sync');
    await rename(partial, folder);
    await syncFolder(place.generations);
    onStep('promote:publish');
  }
  await swapCurrent(place, journal);
  onStep('promote:current');
  await removeIfExists(context, sessionFolder(paths, journal.session));
  await removeJournal(place);
  onStep('promote:done');
  return manifest;
}

/** The journal's own generation, when it was published already. */
async function publishedManifest(folder: string, { transaction }: Journal) {
  const manifest = await readManifest(folder);
  return manifest?.transaction === transaction ? manifest : undefined;
}

async function baseContent(
  { paths }: StoreContext,
  project: string,
  { base }: Journal,
): Promise<Content | undefined> {
  return base === undefined ? undefined : (await existingManifest(paths, project, base)).content;
}

/** The session's tree becomes the generation's; the session keeps its record, and so its lease. */
async function takeTree(
  { paths, strategy }: StoreContext,
  { session }: Journal,
  partial: string,
): Promise<void> {
  ensureFolder(partial, 0o711);
  if (await exists(treeOf(partial))) return;
  await strategy.move(treeOf(sessionFolder(paths, session)), treeOf(partial));
}

function manifestOf(project: string, journal: Journal, content: Content): Manifest {
  const { transaction, generation, base, createdAt, buildId, imageStore, images } = journal;
  return {
    format: 1,
    project,
    generation,
    transaction,
    createdAt,
    base,
    buildId,
    imageStore,
    images,
    content,
  };
}

/** Readers see the old target or the new one, never none. */
async function swapCurrent(place: ProjectPaths, { generation, transaction }: Journal) {
  const next = join(place.folder, `.current-${transaction}`);
  await rm(next, { force: true });
  await symlink(`generations/${generationName(generation)}`, next);
  await rename(next, place.current);
  await syncFolder(place.folder);
}

function stopped(project: string, { generation }: Journal, error: unknown): WarmdockError {
  const code = isWarmdockError(error) ? error.code : 'INTERNAL';
  return new WarmdockError(
    code,
    `generation ${generation} of ${project} is not published yet: ${messageOf(error)}`,
    {
      cause: error,
      hint: 'Nothing is lost, and the golden is the old one: see to the cause, then run `warmdock golden recover`.',
    },
  );
}

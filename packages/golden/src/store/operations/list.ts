import { dockerRoot } from '../../data-root/tree.js';
import { contentBytes } from '../../strategy/strategy.js';
import type {
  Generation,
  ProjectInspection,
  ProjectRequest,
  ProjectSummary,
  SessionSummary,
  StoreListing,
} from '../golden-store.js';
import type { Manifest } from '../records/manifest.js';
import { parseName } from '../records/names.js';
import { type StorePaths, treeOf } from '../records/paths.js';
import {
  assertProject,
  currentGeneration,
  forEachProject,
  generationsOf,
  manifestsOf,
} from '../records/project.js';
import {
  completeSessions,
  isOfEarlierBoot,
  type Session,
  sessionFolder,
} from '../records/session.js';
import type { StoreContext } from './store-context.js';

/** See `GoldenStore.list`. */
export async function list({ paths }: StoreContext): Promise<StoreListing> {
  const { sessions, unreadable } = await completeSessions(paths);
  const projects = await forEachProject(paths, async (project): Promise<ProjectSummary> => {
    const own = sessions.filter((session) => session.project === project);
    return {
      project,
      current: await currentGeneration(paths, project),
      generations: await generationsOf(paths, project),
      sessions: own.map(({ session }) => session),
    };
  });
  return {
    projects: projects.found.map(({ answer }) => answer),
    sessions: sessions.map((session) => summaryOf(paths, session)),
    unreadable: [...unreadable, ...projects.unreadable],
  };
}

/** See `GoldenStore.inspect`. */
export async function inspect(
  { paths }: StoreContext,
  { project: name }: ProjectRequest,
): Promise<ProjectInspection> {
  const project = parseName('project', name);
  await assertProject(paths, project);
  const { manifests, unreadable } = await manifestsOf(paths, project);
  const all = await completeSessions(paths);
  const sessions = all.sessions.filter((session) => session.project === project);
  return {
    project,
    current: await currentGeneration(paths, project),
    generations: manifests.map(generationOf),
    sessions: sessions.map((session) => summaryOf(paths, session)),
    unreadable: [...unreadable, ...all.unreadable],
  };
}

function summaryOf(paths: StorePaths, record: Session): SessionSummary {
  const { session, project, generation, createdAt } = record;
  const dataRoot = dockerRoot(treeOf(sessionFolder(paths, session)));
  const isOld = isOfEarlierBoot(record);
  return { session, project, generation, createdAt, isOfEarlierBoot: isOld, dataRoot };
}

function generationOf(manifest: Manifest): Generation {
  const { generation, createdAt, base, buildId, imageStore, images, content } = manifest;
  return {
    generation,
    createdAt,
    base,
    buildId,
    imageStore,
    images,
    layers: content.kind === 'linked' ? content.layers.length : undefined,
    sizeBytes: contentBytes(content),
    addedBytes: content.addedBytes,
  };
}

import { dockerRoot } from '../data-root/tree.js';
import { contentBytes } from '../strategy/strategy.js';
import type { StoreContext } from './context.js';
import type {
  Generation,
  ProjectInspection,
  ProjectOptions,
  ProjectSummary,
  SessionSummary,
  StoreListing,
} from './golden-store.js';
import type { Manifest } from './manifest.js';
import { checkedName } from './names.js';
import { type StorePaths, treeOf } from './paths.js';
import {
  allProjects,
  assertProject,
  currentGeneration,
  existingManifest,
  generationsOf,
} from './project.js';
import { completeSessions, type Session, sessionFolder } from './session.js';

/** See `GoldenStore.list`. */
export async function list({ paths }: StoreContext): Promise<StoreListing> {
  const sessions = (await completeSessions(paths)).map((session) => summaryOf(paths, session));
  const projects = await allProjects(paths);
  return {
    sessions,
    projects: await Promise.all(
      projects.map(async (project): Promise<ProjectSummary> => {
        const own = sessions.filter((session) => session.project === project);
        return {
          project,
          current: await currentGeneration(paths, project),
          generations: await generationsOf(paths, project),
          sessions: own.map(({ session }) => session),
        };
      }),
    ),
  };
}

/** See `GoldenStore.inspect`. */
export async function inspect(
  { paths }: StoreContext,
  { project: name }: ProjectOptions,
): Promise<ProjectInspection> {
  const project = checkedName('project', name);
  await assertProject(paths, project);
  const numbers = await generationsOf(paths, project);
  const manifests = numbers.map((generation) => existingManifest(paths, project, generation));
  const sessions = (await completeSessions(paths)).filter((session) => session.project === project);
  return {
    project,
    current: await currentGeneration(paths, project),
    generations: (await Promise.all(manifests)).map(generationOf),
    sessions: sessions.map((session) => summaryOf(paths, session)),
  };
}

function summaryOf(paths: StorePaths, { session, project, generation, createdAt }: Session) {
  const dataRoot = dockerRoot(treeOf(sessionFolder(paths, session)));
  return { session, project, generation, createdAt, dataRoot } satisfies SessionSummary;
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

import type { CallOptions } from '@warmdock/core';
import { contentBytes } from '../strategy/strategy.js';
import type { StoreContext } from './context.js';
import type { Usage } from './golden-store.js';
import type { Manifest } from './manifest.js';
import { treeOf } from './paths.js';
import { allProjects, existingManifest, generationsOf } from './project.js';
import { completeSessions, sessionFolder } from './session.js';

/** See `GoldenStore.usage`. */
export async function usage(context: StoreContext, options: CallOptions = {}): Promise<Usage> {
  const { paths, strategy } = context;
  const manifests = await allManifests(context);
  const sessions: Usage['sessions'][number][] = [];
  let apparentBytes = manifests.reduce((sum, { content }) => sum + contentBytes(content), 0);
  for (const { session, project, generation } of await completeSessions(paths)) {
    const tree = treeOf(sessionFolder(paths, session));
    const uniqueBytes = await strategy.uniqueBytes(tree, options);
    sessions.push({ session, uniqueBytes });
    const manifest = manifests.find((m) => m.project === project && m.generation === generation);
    apparentBytes += (manifest ? sharedIn(manifest) : 0) + (uniqueBytes ?? 0);
  }
  return { apparentBytes, sharedBytes: sharedOnce(manifests), sessions };
}

async function allManifests({ paths }: StoreContext): Promise<Manifest[]> {
  const manifests: Manifest[] = [];
  for (const project of await allProjects(paths)) {
    for (const generation of await generationsOf(paths, project)) {
      manifests.push(await existingManifest(paths, project, generation));
    }
  }
  return manifests;
}

/** What a clone sees of the generation without having a copy. */
function sharedIn({ content }: Manifest): number {
  return content.kind === 'linked' ? contentBytes(content) - content.privateBytes : 0;
}

function sharedOnce(manifests: readonly Manifest[]): number {
  const sizes = new Map<string, number>();
  for (const { content, project, generation } of manifests) {
    if (content.kind === 'whole') sizes.set(`${project}/${generation}`, content.sizeBytes);
    else {
      for (const { pool, sizeBytes } of [...content.layers, ...content.blobs]) {
        sizes.set(pool, sizeBytes);
      }
    }
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

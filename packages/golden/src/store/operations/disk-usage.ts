import type { CallOptions } from '@warmdock/core/oci';
import { sharedPart } from '../../strategy/layers/sealed-tree.js';
import { contentBytes, type Strategy } from '../../strategy/strategy.js';
import { measureTrees } from '../../strategy/trees/measure-trees.js';
import { exists } from '../fs/exists.js';
import type { DiskUsage } from '../golden-store.js';
import type { Manifest } from '../records/manifest.js';
import { treeOf } from '../records/paths.js';
import {
  forEachProject,
  generationFolder,
  type Manifests,
  manifestsOf,
} from '../records/project.js';
import { completeSessions, sessionFolder } from '../records/session.js';
import type { StoreContext } from './store-context.js';

/** See `GoldenStore.usage`. */
export async function diskUsage(
  context: StoreContext,
  options: CallOptions = {},
): Promise<DiskUsage> {
  const { paths, strategy } = context;
  const { manifests, unreadable } = await allManifests(context);
  const complete = await completeSessions(paths);
  const sessions: DiskUsage['sessions'][number][] = [];
  let apparentBytes = manifests.reduce((sum, { content }) => sum + contentBytes(content), 0);
  for (const { session, project, generation } of complete.sessions) {
    const tree = treeOf(sessionFolder(paths, session));
    const uniqueBytes = await uniqueBytesOf(strategy, tree, options);
    if (uniqueBytes === 'gone') continue;
    sessions.push({ session, uniqueBytes });
    const manifest = manifests.find((m) => m.project === project && m.generation === generation);
    apparentBytes += (manifest ? sharedIn(manifest) : 0) + (uniqueBytes ?? 0);
  }
  return {
    apparentBytes,
    sharedBytes: await generationsBytes(context, manifests, options),
    sessions,
    unreadable: [...unreadable, ...complete.unreadable],
  };
}

/** A session may be released in the meantime. */
async function uniqueBytesOf(
  strategy: Strategy,
  tree: string,
  options: CallOptions,
): Promise<number | undefined | 'gone'> {
  try {
    return await strategy.uniqueBytes(tree, options);
  } catch (error) {
    if (await exists(tree)) throw error;
    return 'gone';
  }
}

async function allManifests({ paths }: StoreContext): Promise<Manifests> {
  const { found, unreadable } = await forEachProject(paths, (project) =>
    manifestsOf(paths, project),
  );
  return {
    manifests: found.flatMap(({ answer }) => answer.manifests),
    unreadable: [...unreadable, ...found.flatMap(({ answer }) => answer.unreadable)],
  };
}

/** What a clone sees of the generation without having a copy. */
function sharedIn({ content }: Manifest): number {
  return contentBytes(content) - (content.kind === 'linked' ? content.ownBytes : 0);
}

/** What generations take on disk together; a copy shares nothing with another. */
export async function generationsBytes(
  { paths, strategy }: StoreContext,
  manifests: readonly Manifest[],
  options: CallOptions,
): Promise<number> {
  const parts = new Map<string, number>();
  const shared: string[] = [];
  let ownBytes = 0;
  for (const { content, project, generation } of manifests) {
    const owner = strategy.name === 'copy' ? `${project}/${generation}` : project;
    if (content.kind === 'whole') {
      const partSizeBytes = content.parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      ownBytes += content.sizeBytes - partSizeBytes;
      for (const { at, sizeBytes } of content.parts) parts.set(`${owner}/${at}`, sizeBytes);
    } else {
      ownBytes += content.ownBytes;
      shared.push(sharedPart(treeOf(generationFolder(paths, project, generation))));
      for (const { pool, sizeBytes } of content.layers) parts.set(pool, sizeBytes);
    }
  }
  const files = (await measureTrees(shared, {}, options)).sizeBytes;
  return [...parts.values()].reduce((sum, size) => sum + size, ownBytes + files);
}

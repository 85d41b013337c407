import type { CallOptions } from '@warmdock/core/oci';
import { containerdSnapshots } from './containerd-snapshots.js';
import { classicLayers } from './layer-database.js';
import {
  buildkitContent,
  containerdContent,
  containerdOverlayfs,
  containerdRoots,
  overlayFolder,
} from './tree.js';
import { treeNames, treeStat } from './tree-files.js';

/** What daemons never change once it is written; relative to the tree, sorted. */
export interface Shareable {
  /** Folders, or links where they are shared already. */
  readonly layers: string[];
  /** Files, named by their digests. */
  readonly blobs: string[];
}

/**
 * Finds what clones may share, by the daemons' own databases. In the classic store that is `diff`
 * of image layers; BuildKit still mounts its other layers as upper folders. In containerd's store
 * it is committed snapshots; the next build writes to others.
 *
 * Throws `PROTOCOL` for a damaged database, and `CONFLICT` where a link leads elsewhere.
 */
export async function findShareable(
  tree: string,
  { signal }: CallOptions = {},
): Promise<Shareable> {
  const layers = [...overlayLayers(tree)];
  const blobs = blobsIn(tree, buildkitContent);
  for (const root of containerdRoots) {
    signal?.throwIfAborted();
    layers.push(...committedSnapshots(tree, root));
    blobs.push(...blobsIn(tree, `${root}/${containerdContent}`));
  }
  return { layers: layers.sort(), blobs: blobs.sort() };
}

function overlayLayers(tree: string): Set<string> {
  const layers = classicLayers(tree).flatMap(({ cacheId }) =>
    cacheId === undefined ? [] : [`${overlayFolder}/${cacheId}/diff`],
  );
  return new Set(layers.filter((at) => treeStat(tree, at) !== undefined));
}

function committedSnapshots(tree: string, containerd: string): string[] {
  return containerdSnapshots(tree, containerd)
    .filter(({ isCommitted }) => isCommitted)
    .map(({ id }) => `${containerd}/${containerdOverlayfs}/snapshots/${id}`)
    .filter((at) => treeStat(tree, at) !== undefined);
}

/** `store` is the root of a content store. */
function blobsIn(tree: string, store: string): string[] {
  const folder = `${store}/blobs/sha256`;
  const names = treeNames(tree, folder).filter((name) => /^[0-9a-f]{64}$/.test(name));
  return names.map((name) => `${folder}/${name}`);
}

import type { CallOptions } from '@warmdock/core/oci';
import { classicLayers } from './layer-database.js';
import { snapshotsOf } from './snapshots.js';
import {
  buildkitContent,
  containerdContent,
  containerdOverlayfs,
  containerdRoots,
  overlayFolder,
} from './tree.js';
import { namesIn, statIn } from './tree-files.js';

/** What daemons never change once it is written; relative to the tree, sorted. */
export interface Shareable {
  /** Folders, or links where they are shared already. */
  readonly layers: string[];
  /** Files, named by their digests. */
  readonly blobs: string[];
}

/**
 * Finds it in the daemons' own databases: how a folder looks does not tell. Of the classic store that
 * is `diff` of the layers that images consist of; BuildKit's other ones have it walked, or mounted as
 * upper folder. Of containerd's it is committed snapshots; others are written to by the next build.
 * Throws `PROTOCOL` for a damaged database, `CONFLICT` where a link leads elsewhere.
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
  return new Set(layers.filter((at) => statIn(tree, at) !== undefined));
}

function committedSnapshots(tree: string, containerd: string): string[] {
  return snapshotsOf(tree, containerd)
    .filter(({ isCommitted }) => isCommitted)
    .map(({ id }) => `${containerd}/${containerdOverlayfs}/snapshots/${id}`)
    .filter((at) => statIn(tree, at) !== undefined);
}

/** `store` is the root of a content store. */
function blobsIn(tree: string, store: string): string[] {
  const folder = `${store}/blobs/sha256`;
  const names = namesIn(tree, folder).filter((name) => /^[0-9a-f]{64}$/.test(name));
  return names.map((name) => `${folder}/${name}`);
}

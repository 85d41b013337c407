import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { WarmdockError } from '@warmdock/core';
import type { CallOptions } from '@warmdock/core/oci';
import { imageStoreOf } from './image-store.js';
import { leftoverContainers } from './leftover-containers.js';
import { markCommitted } from './mark-committed.js';
import { buildkitContent, containerdContent, containerdRoots, layerDatabase } from './tree.js';
import { treeNames, treeStat } from './tree-files.js';

/** Files of one daemon's run or of one machine; daemons make them anew. */
const dropped = [
  'docker/tmp',
  'docker/runtimes',
  'docker/network/files/local-kv.db',
  'docker/overlay2/backingFsBlockDev',
  'docker/volumes/backingFsBlockDev',
  'docker/buildkit/executor',
];

/** Folders to empty: they hold interrupted uploads and downloads. */
const emptied = [`${layerDatabase}/tmp`, `${buildkitContent}/ingest`, 'docker/plugins/tmp'];

/** Below containerd's root: state of tasks and mounts that ended with it. */
const ofRunningContainerd = [
  'tmpmounts',
  'io.containerd.runtime.v1.linux',
  'io.containerd.runtime.v2.task',
  'io.containerd.sandbox.controller.v1.shim',
];

/**
 * To remove for containerd's image store: anything in `overlay2` makes Docker 29 pick the classic
 * one.
 */
const classicScaffolding = ['docker/overlay2', 'docker/image'];

/**
 * Removes from a tree that no daemon uses what its clones must not have.
 * Also makes overlay2 mount the layers of its images read-only.
 *
 * Throws `CONFLICT` for leftover containers: only a daemon can remove them, because it counts the
 * references to layers. Throws it too where a link leads out of the tree.
 */
export async function cleanTree(tree: string, { signal }: CallOptions = {}): Promise<void> {
  assertNoContainers(tree);
  const isClassic = (await imageStoreOf(tree)) === 'classic';
  for (const at of [
    ...dropped,
    ...emptied.flatMap((folder) => placesIn(tree, folder)),
    ...containerdRoots.flatMap((root) => droppedOfContainerd(tree, root)),
    ...(isClassic ? [] : classicScaffolding),
  ]) {
    signal?.throwIfAborted();
    if (treeStat(tree, at)) await rm(join(tree, at), { recursive: true, force: true });
  }
  markCommitted(tree);
}

function droppedOfContainerd(tree: string, root: string): string[] {
  const state = ofRunningContainerd.map((name) => `${root}/${name}`);
  return [...state, ...placesIn(tree, `${root}/${containerdContent}/ingest`)];
}

function placesIn(tree: string, folder: string): string[] {
  return treeNames(tree, folder).map((name) => `${folder}/${name}`);
}

function assertNoContainers(tree: string): void {
  const leftover = leftoverContainers(tree);
  const [first] = leftover;
  if (first === undefined) return;
  throw new WarmdockError(
    'CONFLICT',
    `cleaning ${tree}: ${leftover.length} containers were not removed, such as ${first}`,
    { hint: 'Remove them with `docker rm --force` while the daemon runs, then stop it.' },
  );
}

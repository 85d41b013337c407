import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { WarmdockError } from '@warmdock/core';
import type { CallOptions } from '@warmdock/core/oci';
import { imageStoreOf } from './image-store.js';
import { leftContainers } from './leftover-containers.js';
import { markCommitted } from './mark-committed.js';
import { buildkitContent, containerdContent, containerdRoots, layerDatabase } from './tree.js';
import { namesIn, statIn } from './tree-files.js';

/** Of one daemon's life, of one machine, or made anew at every start. */
const dropped = [
  'docker/tmp',
  'docker/runtimes',
  'docker/network/files/local-kv.db',
  'docker/overlay2/backingFsBlockDev',
  'docker/volumes/backingFsBlockDev',
  'docker/buildkit/executor',
];

/** Folders that stay, without what is in them: uploads and downloads that nobody goes on with. */
const emptied = [`${layerDatabase}/tmp`, `${buildkitContent}/ingest`, 'docker/plugins/tmp'];

/** Below containerd's root: state of tasks and mounts that ended with it. */
const ofRunningContainerd = [
  'tmpmounts',
  'io.containerd.runtime.v1.linux',
  'io.containerd.runtime.v2.task',
  'io.containerd.sandbox.controller.v1.shim',
];

/** Not there on an image store of containerd's: anything in `overlay2` makes Docker 29 pick the other. */
const classicScaffolding = ['docker/overlay2', 'docker/image'];

/**
 * Drops from a tree that no daemon uses what a clone of it must not have, and makes overlay2 mount the
 * layers of its images read-only.
 * Throws `CONFLICT` when containers are left: only a daemon can remove them, since it counts what
 * refers to a layer; and where a link leads out of the tree.
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
    if (statIn(tree, at)) await rm(join(tree, at), { recursive: true, force: true });
  }
  markCommitted(tree);
}

function droppedOfContainerd(tree: string, root: string): string[] {
  const state = ofRunningContainerd.map((name) => `${root}/${name}`);
  return [...state, ...placesIn(tree, `${root}/${containerdContent}/ingest`)];
}

function placesIn(tree: string, folder: string): string[] {
  return namesIn(tree, folder).map((name) => `${folder}/${name}`);
}

function assertNoContainers(tree: string): void {
  const left = leftContainers(tree);
  const [first] = left;
  if (first === undefined) return;
  throw new WarmdockError(
    'CONFLICT',
    `cleaning ${tree}: ${left.length} containers are left, ${first} among them`,
    { hint: 'Remove them by `docker rm --force` while the daemon runs, then stop it.' },
  );
}

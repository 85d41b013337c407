import { join } from 'node:path';
import type { CallOptions } from '@warmdock/core/oci';
import { readBolt } from '../../bolt/bolt-file.js';
import { databasesOf } from '../databases.js';
import { leftoverContainers } from '../leftover-containers.js';
import { containerdRoots } from '../tree.js';
import { treeNames } from '../tree-files.js';
import { collectProblems, type TreeProblem } from './problem.js';
import { contentStores, verifyContent } from './verify-content.js';
import { verifyImages } from './verify-images.js';
import { verifyLayers } from './verify-layers.js';
import { verifySnapshots } from './verify-snapshots.js';

/**
 * Checks that everything in the daemons' databases exists: layers, their parents and links,
 * snapshots, blobs. Does not look into layers. Reports only damaged databases when there are any.
 */
export async function verifyTree(
  tree: string,
  { signal }: CallOptions = {},
): Promise<TreeProblem[]> {
  const damaged = collectProblems('.', () => damagedDatabases(tree));
  if (damaged.length > 0) return damaged;
  const found = [
    ...collectProblems('docker/containers', () => ofContainers(tree)),
    ...collectProblems('docker/overlay2', () => verifyLayers(tree)),
    ...collectProblems('docker/image', () => verifyImages(tree)),
    ...collectProblems('docker/image', () => ofOtherDrivers(tree)),
  ];
  for (const store of contentStores) {
    signal?.throwIfAborted();
    found.push(...collectProblems(store.folder, () => verifyContent(tree, store)));
  }
  for (const root of containerdRoots) {
    signal?.throwIfAborted();
    found.push(...collectProblems(root, () => verifySnapshots(tree, root)));
  }
  return found;
}

function damagedDatabases(tree: string): TreeProblem[] {
  return databasesOf(tree).flatMap((at) =>
    collectProblems(at, () => {
      readBolt(join(tree, at));
      return [];
    }),
  );
}

/** Layers of other storage drivers can be neither shared nor verified. */
function ofOtherDrivers(tree: string): TreeProblem[] {
  const drivers = treeNames(tree, 'docker/image').filter((name) => name !== 'overlay2');
  const used = drivers.filter((name) => treeNames(tree, `docker/image/${name}/layerdb`).length > 0);
  return used.map((name) => ({
    at: `docker/image/${name}`,
    text: `is of the storage driver ${name}; goldens are of overlay2 or containerd's image store`,
  }));
}

function ofContainers(tree: string): TreeProblem[] {
  return leftoverContainers(tree).map((at) => ({
    at,
    text: 'belongs to a container that was not removed',
  }));
}

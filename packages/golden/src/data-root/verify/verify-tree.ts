import { join } from 'node:path';
import type { CallOptions } from '@warmdock/core/oci';
import { readBolt } from '../../bolt/bolt-file.js';
import { databasesOf } from '../databases.js';
import { leftContainers } from '../leftover-containers.js';
import { containerdRoots } from '../tree.js';
import { namesIn } from '../tree-files.js';
import { type Problem, problemsOf } from './problem.js';
import { contentStores, verifyContent } from './verify-content.js';
import { verifyImages } from './verify-images.js';
import { verifyLayers } from './verify-layers.js';
import { verifySnapshots } from './verify-snapshots.js';

/**
 * Looks whether everything that the daemons' databases name is there: layers, their parents and links,
 * snapshots, blobs. Does not look into layers. Tells of damaged databases alone where there are any.
 */
export async function verifyTree(tree: string, { signal }: CallOptions = {}): Promise<Problem[]> {
  const damaged = problemsOf('.', () => damagedDatabases(tree));
  if (damaged.length > 0) return damaged;
  const found = [
    ...problemsOf('docker/containers', () => ofContainers(tree)),
    ...problemsOf('docker/overlay2', () => verifyLayers(tree)),
    ...problemsOf('docker/image', () => verifyImages(tree)),
    ...problemsOf('docker/image', () => ofOtherDrivers(tree)),
  ];
  for (const store of contentStores) {
    signal?.throwIfAborted();
    found.push(...problemsOf(store.folder, () => verifyContent(tree, store)));
  }
  for (const root of containerdRoots) {
    signal?.throwIfAborted();
    found.push(...problemsOf(root, () => verifySnapshots(tree, root)));
  }
  return found;
}

function damagedDatabases(tree: string): Problem[] {
  return databasesOf(tree).flatMap((at) =>
    problemsOf(at, () => {
      readBolt(join(tree, at));
      return [];
    }),
  );
}

/** Layers of a driver that nobody here knows would be neither shared nor looked at. */
function ofOtherDrivers(tree: string): Problem[] {
  const drivers = namesIn(tree, 'docker/image').filter((name) => name !== 'overlay2');
  const used = drivers.filter((name) => namesIn(tree, `docker/image/${name}/layerdb`).length > 0);
  return used.map((name) => ({
    at: `docker/image/${name}`,
    text: `is of the storage driver ${name}; goldens are of overlay2 or containerd's image store`,
  }));
}

function ofContainers(tree: string): Problem[] {
  return leftContainers(tree).map((at) => ({ at, text: 'is left of a container' }));
}

import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { imageStoreOf } from './image-store.js';
import { makeTree } from './tree.testing.js';

const layer = `docker/overlay2/${'0'.repeat(64)}/diff/`;
const database = 'io.containerd.snapshotter.v1.overlayfs/metadata.db';

test.each<[string, string[], string | undefined]>([
  ['layers of overlay2', [layer], 'classic'],
  ['layers of BuildKit', ['docker/overlay2/x0l3kn1yk3r3ex1ktj6ya0h8c/diff/'], 'classic'],
  ["snapshots of dockerd's containerd", [`docker/containerd/daemon/${database}`], 'containerd'],
  ['snapshots of a containerd of its own', [`containerd/${database}`], 'containerd'],
  ['both', [layer, `containerd/${database}`], 'classic'],
  ['nothing in overlay2', ['docker/overlay2/l/', 'docker/overlay2/backingFsBlockDev'], undefined],
  ['nothing', ['docker/'], undefined],
])('a tree with %s', async (_, paths, store) => {
  const tree = makeTree(Object.fromEntries(paths.map((path) => [path, ''])));
  expect(await imageStoreOf(tree)).toBe(store);
  rmSync(tree, { recursive: true });
});

import { expect, it } from 'vitest';
import { isStateFolder } from './state-folder.js';

it.each([
  ['docker', true],
  ['docker/buildkit', true],
  ['docker/volumes', true],
  ['docker/volumes/name', false],
  ['docker/volumes/name/_data', false],
  ['docker/buildkit/content', false],
  ['docker/image/overlay2', true],
  ['docker/image/overlay2/layerdb', true],
  ['docker/image/overlay2/layerdb/mounts', false],
  ['docker/overlay2', false],
  ['docker/swarm', true],
  ['docker/swarm/certificates', false],
  ['docker/containerd/daemon/io.containerd.metadata.v1.bolt', true],
  ['docker/containerd/daemon/io.containerd.snapshotter.v1.overlayfs/snapshots', true],
  ['docker/containerd/daemon/io.containerd.snapshotter.v1.overlayfs/snapshots/8', false],
  ['docker/containerd/other', false],
  ['containerd/io.containerd.metadata.v1.bolt', true],
  ['elsewhere', false],
])('%s is a folder of files of the daemon alone: %s', (at, expected) => {
  expect(isStateFolder(at)).toBe(expected);
});

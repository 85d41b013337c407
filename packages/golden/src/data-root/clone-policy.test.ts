import { describe, expect, it } from 'vitest';
import { clonePolicyOf } from './clone-policy.js';

const layers = new Set([
  'docker/overlay2/abc/diff',
  'docker/containerd/daemon/io.containerd.snapshotter.v1.overlayfs/snapshots/7',
]);
const daemon = 'docker/containerd/daemon';

describe('clonePolicyOf', () => {
  it.each([
    ['docker', true, 'folder'],
    ['docker/engine-id', false, 'own'],
    ['docker/volumes', true, 'own'],
    ['docker/image/overlay2/repositories.json', false, 'own'],
    ['docker/image/overlay2/layerdb/sha256/aa', true, 'folder'],
    ['docker/image/overlay2/layerdb/sha256/aa/cache-id', false, 'shared'],
    ['docker/image/overlay2/layerdb/mounts', true, 'own'],
    ['docker/image/overlay2/imagedb/content/sha256/aa', false, 'shared'],
    ['docker/overlay2', true, 'folder'],
    ['docker/overlay2/l', true, 'folder'],
    ['docker/overlay2/l/ABC', false, 'shared'],
    ['docker/overlay2/abc', true, 'folder'],
    ['docker/overlay2/abc/diff', false, 'shared'],
    ['docker/overlay2/abc/link', false, 'shared'],
    ['docker/overlay2/abc/committed', false, 'dropped'],
    ['docker/overlay2/abc/work', true, 'dropped'],
    ['docker/overlay2/buildkit-only', true, 'own'],
    ['docker/buildkit', true, 'folder'],
    ['docker/buildkit/cache.db', false, 'own'],
    ['docker/buildkit/content', true, 'folder'],
    ['docker/buildkit/content/ingest', true, 'own'],
    ['docker/buildkit/content/blobs/sha256', true, 'folder'],
    ['docker/buildkit/content/blobs/sha256/aa', false, 'shared'],
    [daemon, true, 'folder'],
    [`${daemon}/io.containerd.metadata.v1.bolt`, true, 'own'],
    [`${daemon}/io.containerd.content.v1.content/blobs/sha256/aa`, false, 'shared'],
    [`${daemon}/io.containerd.content.v1.content/ingest`, true, 'own'],
    [`${daemon}/io.containerd.snapshotter.v1.overlayfs/metadata.db`, false, 'own'],
    [`${daemon}/io.containerd.snapshotter.v1.overlayfs/snapshots`, true, 'folder'],
    [`${daemon}/io.containerd.snapshotter.v1.overlayfs/snapshots/7`, false, 'shared'],
    [`${daemon}/io.containerd.snapshotter.v1.overlayfs/snapshots/8`, true, 'own'],
    ['containerd/io.containerd.content.v1.content/blobs/sha256/aa', false, 'shared'],
    ['containerd/io.containerd.metadata.v1.bolt', true, 'own'],
  ] as const)('of %s (folder: %s) is %s', (at, isFolder, policy) => {
    expect(clonePolicyOf(at, isFolder, (path) => layers.has(path))).toBe(policy);
  });
});

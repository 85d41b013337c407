/** How a clone gets a part of a data root when its image layers are links. */
export type ClonePolicy =
  /** Made anew: the clone has its own folder, and each entry its own policy. */
  | 'folder'
  /** Never changed after it is written: clones share it by a hard link. */
  | 'shared'
  /** Changed in place: every clone gets a copy. */
  | 'own'
  /** Not cloned: the daemon or the clone makes a new one. */
  | 'dropped';

/** All daemons replace files here by renaming; see moby's `layer/filestore.go`, `image/fs.go`. */
const imageStore = /^docker\/image\/[^/]+\/(layerdb\/sha256|imagedb|distribution)(\/|$)/;
const folders = /^(docker|docker\/image|docker\/image\/[^/]+|docker\/image\/[^/]+\/layerdb)$/;

const contentStore =
  /^(docker\/buildkit\/content|(docker\/containerd\/daemon|containerd)\/io\.containerd\.content\.v1\.content)\/blobs(\/|$)/;
const contentFolders =
  /^(docker\/buildkit(\/content)?|docker\/containerd(\/daemon)?|containerd)(\/io\.containerd\.content\.v1\.content)?$/;

const overlay2Folders = /^docker\/overlay2(\/l(\/|$)|$)/;
const overlay2Layer = /^(docker\/overlay2\/[^/]+)(?:\/([^/]+))?$/;

const snapshotFolders = /\/io\.containerd\.snapshotter\.v1\.overlayfs(\/snapshots)?$/;

/**
 * The policy for the path `at` of a tree; `isLayer` tells which paths link to the pool.
 *
 * overlay2 rewrites a layer's `committed` in place when a layer is made on top of it.
 * It needs `work` only for layers that it mounts for writing.
 */
export function clonePolicyOf(
  at: string,
  isFolder: boolean,
  isLayer: (at: string) => boolean,
): ClonePolicy {
  if (isLayer(at)) return 'shared';
  if (folders.test(at) || contentFolders.test(at)) return isFolder ? 'folder' : 'own';
  if (imageStore.test(at) || contentStore.test(at) || overlay2Folders.test(at)) {
    return isFolder ? 'folder' : 'shared';
  }
  const [, layer, part] = overlay2Layer.exec(at) ?? [];
  if (layer !== undefined && isLayer(`${layer}/diff`)) return policyInLayer(part);
  if (snapshotFolders.test(at) && isFolder) return 'folder';
  return 'own';
}

function policyInLayer(part: string | undefined): ClonePolicy {
  switch (part) {
    case undefined:
      return 'folder';
    case 'committed':
    case 'work':
      return 'dropped';
    case 'link':
    case 'lower':
      return 'shared';
    default:
      return 'own';
  }
}

/** The file that tells overlay2 to mount a layer for reading only. */
export function committedFileOf(layer: string): string | undefined {
  return layer.startsWith('docker/overlay2/') ? layer.replace(/diff$/, 'committed') : undefined;
}

/** What becomes of a part of a data root in a clone whose image layers are links. */
export type Fate =
  /** A folder of which the clone has its own, for what is in it. */
  | 'folder'
  /** Written once and only ever removed: clones may share the file itself. */
  | 'shared'
  /** Changed in place: every clone has a copy. */
  | 'own'
  /** Made anew in every clone. */
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
 * The fate of what is at `at` in a tree in which `isLayer` are links to the pool.
 *
 * overlay2 rewrites `committed` of a layer in place whenever one is made on top of it, and needs
 * `work` only of layers that it mounts for writing.
 */
export function fateOf(at: string, isFolder: boolean, isLayer: (at: string) => boolean): Fate {
  if (isLayer(at)) return 'shared';
  if (folders.test(at) || contentFolders.test(at)) return isFolder ? 'folder' : 'own';
  if (imageStore.test(at) || contentStore.test(at) || overlay2Folders.test(at)) {
    return isFolder ? 'folder' : 'shared';
  }
  const [, layer, part] = overlay2Layer.exec(at) ?? [];
  if (layer !== undefined && isLayer(`${layer}/diff`)) return fateInLayer(part);
  if (snapshotFolders.test(at) && isFolder) return 'folder';
  return 'own';
}

function fateInLayer(part: string | undefined): Fate {
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

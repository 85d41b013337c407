import { isLayerFolder } from './layer-database.js';
import { containerdOverlayfs, containerdRoots, type ImageStore, overlayFolder } from './tree.js';
import { treeNames, treeStat } from './tree-files.js';

/**
 * The store that a daemon on this tree has its images in; `undefined` when it has none yet. With both,
 * the classic one: Docker 29 decides so too, and hides the other one's images.
 */
export async function imageStoreOf(tree: string): Promise<ImageStore | undefined> {
  if (treeNames(tree, overlayFolder).some((name) => name !== 'l' && isLayerFolder(name))) {
    return 'classic';
  }
  const database = (root: string) => treeStat(tree, `${root}/${containerdOverlayfs}/metadata.db`);
  return containerdRoots.some((root) => database(root) !== undefined) ? 'containerd' : undefined;
}

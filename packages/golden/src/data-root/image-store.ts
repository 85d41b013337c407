import { isLayerFolder } from './layer-database.js';
import { containerdOverlayfs, containerdRoots, type ImageStore, overlayFolder } from './tree.js';
import { treeNames, treeStat } from './tree-files.js';

/**
 * The image store of a daemon on this tree; `undefined` when there is none yet. The classic one if
 * there are both: Docker 29 decides so too, and hides the images of the other.
 */
export async function imageStoreOf(tree: string): Promise<ImageStore | undefined> {
  if (treeNames(tree, overlayFolder).some((name) => name !== 'l' && isLayerFolder(name))) {
    return 'classic';
  }
  const database = (root: string) => treeStat(tree, `${root}/${containerdOverlayfs}/metadata.db`);
  return containerdRoots.some((root) => database(root) !== undefined) ? 'containerd' : undefined;
}

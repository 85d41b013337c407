import { isLayerFolder } from './layer-database.js';
import { containerdOverlayfs, containerdRoots, type ImageStore, overlayFolder } from './tree.js';
import { namesIn, statIn } from './tree-files.js';

/**
 * The store that a daemon on this tree has its images in; `undefined` when it has none yet. With both,
 * the classic one: Docker 29 decides so too, and hides the other one's images.
 */
export async function imageStoreOf(tree: string): Promise<ImageStore | undefined> {
  if (namesIn(tree, overlayFolder).some((name) => name !== 'l' && isLayerFolder(name))) {
    return 'classic';
  }
  const database = (root: string) => statIn(tree, `${root}/${containerdOverlayfs}/metadata.db`);
  return containerdRoots.some((root) => database(root) !== undefined) ? 'containerd' : undefined;
}

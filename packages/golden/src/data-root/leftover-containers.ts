import { layerDatabase } from './tree.js';
import { treeNames } from './tree-files.js';

/** Paths of containers that were not removed, and of their layers in the classic store. */
export function leftoverContainers(tree: string): string[] {
  return ['docker/containers', `${layerDatabase}/mounts`].flatMap((folder) =>
    treeNames(tree, folder).map((name) => `${folder}/${name}`),
  );
}

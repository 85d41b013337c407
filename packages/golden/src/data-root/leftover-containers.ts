import { layerDatabase } from './tree.js';
import { namesIn } from './tree-files.js';

/** Places of containers, and of the classic store's layers for containers, that were not removed. */
export function leftContainers(tree: string): string[] {
  return ['docker/containers', `${layerDatabase}/mounts`].flatMap((folder) =>
    namesIn(tree, folder).map((name) => `${folder}/${name}`),
  );
}

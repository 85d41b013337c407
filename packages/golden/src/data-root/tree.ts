import { join } from 'node:path';

/**
 * A *tree* is the folder that a generation or a session keeps its daemon's state in: dockerd's data
 * root and, where containerd runs apart from dockerd, containerd's root beside it. Paths inside a
 * tree are relative to it and begin with one of the two.
 */

/** Which of dockerd's two image stores: graph drivers, or containerd's content and snapshots. */
export type ImageStore = 'classic' | 'containerd';

/** All that a tree may hold. */
export const rootNames = ['docker', 'containerd'] as const;

/** dockerd's `--data-root`. */
export const dockerRoot = (tree: string): string => join(tree, 'docker');

/** `root` of a containerd that dockerd did not start itself. */
export const containerdRoot = (tree: string): string => join(tree, 'containerd');

import { join } from 'node:path';

/**
 * A *tree* is the folder in which a generation or a session keeps its daemon's state. It holds
 * dockerd's data root and, with an external containerd, containerd's root beside it. Paths inside a
 * tree are relative to it and begin with one of the two.
 */

/** Which of dockerd's two image stores: graph drivers, or containerd's content and snapshots. */
export type ImageStore = 'classic' | 'containerd';

/** All that a tree may hold. */
export const rootNames = ['docker', 'containerd'] as const;

/** dockerd's `--data-root`. */
export const dockerRoot = (tree: string): string => join(tree, 'docker');

/** `root` of an external containerd, which dockerd did not start. */
export const containerdRoot = (tree: string): string => join(tree, 'containerd');

/** Where containerd's root may be, relative to the tree: started by dockerd, or external. */
export const containerdRoots = ['docker/containerd/daemon', 'containerd'] as const;

/** Plugins of containerd keep their files in folders of these names below its root. */
export const containerdContent = 'io.containerd.content.v1.content';
export const containerdMetadata = 'io.containerd.metadata.v1.bolt/meta.db';
export const containerdOverlayfs = 'io.containerd.snapshotter.v1.overlayfs';

/** Where the classic store's parts are. */
export const layerDatabase = 'docker/image/overlay2/layerdb';
export const overlayFolder = 'docker/overlay2';
/** The classic store's BuildKit has a content store of its own. */
export const buildkitContent = 'docker/buildkit/content';

import { mkdir, rename } from 'node:fs/promises';
import { cloneLayers } from '../layers/clone-layers.js';
import { probeLayerLinks } from '../layers/probe-layer-links.js';
import { assertSealable, sealLayers } from '../layers/seal-layers.js';
import type { Strategy } from '../strategy.js';
import { measureTrees } from '../trees/measure-trees.js';
import { removeTree } from '../trees/remove-tree.js';

/**
 * Image layers are in `pool` once, and clones have symbolic links to them. Clones share immutable
 * files by hard links and copy the small rest: O(layers), on any file system.
 *
 * The session needs `pool` at the same absolute path, read-only.
 */
export function layerLink(pool: string): Strategy {
  return {
    name: 'layer-link',
    probe: probeLayerLinks,
    create: async (tree) => void (await mkdir(tree, { mode: 0o711 })),
    clone: (snapshot, tree, call) => cloneLayers(pool, snapshot, tree, call),
    assertSealable: (tree, options, call) => assertSealable(pool, tree, options, call),
    seal: (tree, options, call) => sealLayers(pool, tree, options, call),
    move: rename,
    remove: removeTree,
    uniqueBytes: async (tree, call) =>
      (await measureTrees([tree], { isLive: true }, call)).aloneBytes,
  };
}

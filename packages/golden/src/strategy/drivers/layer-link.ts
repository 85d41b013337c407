import { mkdir, rename } from 'node:fs/promises';
import { cloneLayers } from '../layers/clone-layers.js';
import { probeLayerLinks } from '../layers/probe-layer-links.js';
import { assertSealable, sealLayers } from '../layers/seal-layers.js';
import type { Strategy } from '../strategy.js';
import { measure } from '../trees/measure.js';
import { removeTree } from '../trees/remove-tree.js';

/**
 * Image layers lie once in `pool`, a clone has symbolic links to them; it shares what is written once
 * by hard links, and copies the small rest: O(layers), on any file system.
 *
 * The session needs `pool` at the same absolute path, read-only.
 */
export function layerLink(pool: string): Strategy {
  return {
    name: 'layer-link',
    probe: probeLayerLinks,
    create: async (tree) => void (await mkdir(tree, { mode: 0o711 })),
    clone: (snapshot, tree, options) => cloneLayers(pool, snapshot, tree, options),
    assertSealable: (tree, options) => assertSealable(pool, tree, options),
    seal: (tree, options) => sealLayers(pool, tree, options),
    move: rename,
    remove: removeTree,
    uniqueBytes: async (tree, options) =>
      (await measure([tree], { ...options, isLive: true })).aloneBytes,
  };
}

import { mkdir, rename } from 'node:fs/promises';
import type { Strategy } from '../strategy.js';
import { copyTree } from '../trees/copy-tree.js';
import { gnuCp } from '../trees/gnu-cp.js';
import { measure } from '../trees/measure.js';
import { measureWhole } from '../trees/measure-whole.js';
import { removeTree } from '../trees/remove-tree.js';

/** Every clone is a copy: O(bytes), on any file system. */
export const copy: Strategy = {
  name: 'copy',
  probe: (_directory, options) => gnuCp(options),
  create: async (tree) => void (await mkdir(tree, { mode: 0o711 })),
  clone: (snapshot, tree, options) => copyTree(snapshot.tree, tree, 'auto', options),
  async seal(tree, options) {
    const content = await measureWhole(tree, options);
    return { ...content, addedBytes: content.sizeBytes };
  },
  move: rename,
  remove: removeTree,
  uniqueBytes: async (tree, options) =>
    (await measure([tree], { ...options, isLive: true })).sizeBytes,
};

import { mkdir, rename } from 'node:fs/promises';
import type { Strategy } from '../strategy.js';
import { copyTree } from '../trees/copy-tree.js';
import { measureContent } from '../trees/measure-content.js';
import { measureTrees } from '../trees/measure-trees.js';
import { probeGnuCp } from '../trees/probe-gnu-cp.js';
import { removeTree } from '../trees/remove-tree.js';

/** Every clone is a copy: O(bytes), on any file system. */
export const copy: Strategy = {
  name: 'copy',
  probe: (_directory, call) => probeGnuCp(call),
  create: async (tree) => void (await mkdir(tree, { mode: 0o711 })),
  clone: (snapshot, tree, call) => copyTree(snapshot.tree, tree, 'auto', call),
  async seal(tree, options, call) {
    const content = await measureContent(tree, options, call);
    return { ...content, addedBytes: content.sizeBytes };
  },
  move: rename,
  remove: removeTree,
  uniqueBytes: async (tree, call) => (await measureTrees([tree], { isLive: true }, call)).sizeBytes,
};

import { linkSync, lstatSync, readlinkSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { WarmdockError } from '@warmdock/core';
import { copyTree } from './copy-tree.js';
import { measure } from './measure.js';
import { probeLayerLinks } from './probe-layer-links.js';
import { removeTree } from './remove-tree.js';
import { assertSealable, sealLayers } from './seal-layers.js';
import type { Content, Strategy } from './strategy.js';

/**
 * Image layers lie once in `pool`; a clone has symbolic links to them, hard links to the blobs of
 * content stores, and copies of the small rest: O(layers), on any file system.
 *
 * The session needs `pool` at the same absolute path, read-only. containerd looks at its blobs with
 * lstat, so they cannot be symbolic links.
 */
export function layerLink(pool: string): Strategy {
  return {
    name: 'layer-link',
    probe: probeLayerLinks,
    create: async (tree) => void (await mkdir(tree, { mode: 0o711 })),
    async clone({ tree: golden, content }, tree, options) {
      const linked = assertLinked(golden, content);
      await copyTree(golden, tree, 'auto', options);
      for (const { at, pool: entry } of linked.layers)
        assertLink(join(tree, at), join(pool, entry));
      for (const { at, pool: entry } of linked.blobs) linkSync(join(pool, entry), join(tree, at));
    },
    assertSealable: (tree, options) => assertSealable(pool, tree, options),
    seal: (tree, options) => sealLayers(pool, tree, options),
    move: rename,
    remove: removeTree,
    uniqueBytes: async (tree) => measure(tree, { withoutShared: true }).sizeBytes,
  };
}

function assertLinked(tree: string, content: Content): Content & { kind: 'linked' } {
  if (content.kind === 'linked') return content;
  throw new WarmdockError('UNSUPPORTED', `cloning ${tree}: it was not made by layer-link`);
}

/** The link is what the manifest says, and leads somewhere. */
function assertLink(path: string, target: string): void {
  if (readlinkSync(path) !== target) {
    throw new WarmdockError('CONFLICT', `cloning: ${path} does not link to ${target}`, {
      hint: 'The golden was changed behind its store: build it anew.',
    });
  }
  lstatSync(target);
}

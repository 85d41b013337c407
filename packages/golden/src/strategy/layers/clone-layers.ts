import { linkSync, lstatSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WarmdockError } from '@warmdock/core';
import type { CallOptions } from '@warmdock/core/oci';
import { committedFileOf } from '../../data-root/clone-policy.js';
import type { Content, Snapshot } from '../strategy.js';
import { fillClone } from './fill-clone.js';
import { planClone } from './plan-clone.js';

/**
 * Makes a tree from one that `sealLayers` made. New inodes cost time, links do not: folders and
 * what changes in place are made anew, and everything else is linked, symbolic links too.
 */
export async function cloneLayers(
  pool: string,
  { tree: sealed, content }: Snapshot,
  tree: string,
  options?: CallOptions,
): Promise<void> {
  const { layers } = assertLinked(sealed, content);
  await fillClone(sealed, tree, planClone(sealed), options);
  for (const { at, pool: entry } of layers) assertLink(join(tree, at), join(pool, entry));
  markCommitted(
    tree,
    layers.flatMap(({ at }) => committedFileOf(at) ?? []),
  );
}

function assertLinked(tree: string, content: Content): Content & { kind: 'linked' } {
  if (content.kind === 'linked') return content;
  throw new WarmdockError('UNSUPPORTED', `cloning ${tree}: it was not made by layer-link`);
}

/** Throws `CONFLICT` unless the link is the manifest's and leads to a folder. */
function assertLink(path: string, target: string): void {
  const isRight = lstatSync(path).isSymbolicLink() && readlinkSync(path) === target;
  if (isRight && lstatSync(target).isDirectory()) return;
  throw new WarmdockError('CONFLICT', `cloning: ${path} does not lead to the layer ${target}`, {
    hint: 'The golden was changed behind its store: build it anew.',
  });
}

/**
 * Gives each layer the file `committed`, one inode with many names. Without it overlay2 would mount
 * the layer writable, which a shared one cannot be.
 */
function markCommitted(tree: string, files: readonly string[]): void {
  const [first, ...others] = files.map((at) => join(tree, at));
  if (first === undefined) return;
  writeFileSync(first, '', { mode: 0o600, flag: 'wx' });
  for (const path of others) linkSync(first, path);
}

import { join } from 'node:path';
import type { CallOptions } from '@warmdock/core/oci';
import { findShareable } from '../../data-root/shareable.js';
import type { Content, SealOptions } from '../strategy.js';
import { measureTrees } from './measure-trees.js';

/**
 * Measures a tree that is kept whole. Image layers and blobs never change: their sizes come from
 * the base where it has them, and only the rest is measured.
 */
export async function measureContent(
  tree: string,
  { base }: SealOptions,
  { signal }: CallOptions = {},
): Promise<Content & { readonly kind: 'whole' }> {
  const known = new Map(
    base?.kind === 'whole' ? base.parts.map(({ at, sizeBytes }) => [at, sizeBytes]) : [],
  );
  const { layers, blobs } = await findShareable(tree, { signal });
  const names = [...layers, ...blobs];
  const parts: { at: string; sizeBytes: number }[] = [];
  const without = new Set(names.map((at) => join(tree, at)));
  const rest = await measureTrees([tree], { without }, { signal });
  let [sizeBytes, addedBytes] = [rest.sizeBytes, rest.sizeBytes];
  for (const at of names) {
    const part = known.get(at) ?? (await measureTrees([join(tree, at)], {}, { signal })).sizeBytes;
    parts.push({ at, sizeBytes: part });
    sizeBytes += part;
    if (!known.has(at)) addedBytes += part;
  }
  return { kind: 'whole', parts, sizeBytes, addedBytes };
}

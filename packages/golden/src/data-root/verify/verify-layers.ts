import { chainIdsOf, isDigest } from '@warmdock/core/oci';
import { type ClassicLayer, classicLayers } from '../layer-database.js';
import { OverlayFolders } from '../overlay-folders.js';
import { layerDatabase, overlayFolder } from '../tree.js';
import { treeText } from '../tree-files.js';
import type { TreeProblem } from './problem.js';

/** The classic store: records of layers, and the folders that they name. */
export function* verifyLayers(tree: string): Generator<TreeProblem> {
  const layers = classicLayers(tree);
  const chains = new Set(layers.map(({ chain }) => `sha256:${chain}`));
  const folders = new OverlayFolders(tree);
  for (const layer of layers) {
    yield* verifyRecord(tree, layer, chains);
    if (layer.cacheId !== undefined) yield* verifyFolder(folders, layer.cacheId);
  }
}

function* verifyRecord(
  tree: string,
  { chain, cacheId }: ClassicLayer,
  chains: ReadonlySet<string>,
): Generator<TreeProblem> {
  const at = `${layerDatabase}/sha256/${chain}`;
  const parent = treeText(tree, `${at}/parent`);
  if (cacheId === undefined) yield { at: `${at}/cache-id`, text: 'names no folder' };
  if (parent !== undefined && !chains.has(parent)) {
    yield { at: `${at}/parent`, text: `is ${parent}, of which there is no record` };
  }
  const stack = [...(parent === undefined ? [] : [parent]), treeText(tree, `${at}/diff`) ?? ''];
  if (!stack.every(isDigest) || chainIdsOf(stack).at(-1) !== `sha256:${chain}`) {
    yield { at, text: 'is not the chainID of what it records' };
  }
  if (!/^\d+$/.test(treeText(tree, `${at}/size`) ?? ''))
    yield { at: `${at}/size`, text: 'is no size' };
}

function* verifyFolder(folders: OverlayFolders, id: string): Generator<TreeProblem> {
  const at = `${overlayFolder}/${id}`;
  if (!folders.hasContent(id)) yield { at: `${at}/diff`, text: 'is missing' };
  const link = folders.linkOf(id);
  if (link === undefined) yield { at: `${at}/link`, text: 'is missing' };
  else if (folders.target(link) !== id)
    yield { at: `${overlayFolder}/l/${link}`, text: `does not lead to ${id}` };
  for (const lower of folders.lowersOf(id)) {
    const target = folders.target(lower);
    if (target === undefined || !folders.hasContent(target)) {
      yield { at: `${at}/lower`, text: `names l/${lower}, which leads to no layer` };
    }
  }
}

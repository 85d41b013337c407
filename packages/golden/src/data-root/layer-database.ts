import { layerDatabase } from './tree.js';
import { treeNames, treeText } from './tree-files.js';

/** A layer that the classic store knows. */
export interface ClassicLayer {
  /** Folder in `layerdb/sha256`: the chainID's digits. */
  readonly chain: string;
  /** Name of its folder in `overlay2`; `undefined` where the record has none that can be one. */
  readonly cacheId: string | undefined;
}

/** Layers of images, without those of containers and BuildKit. */
export function classicLayers(tree: string): ClassicLayer[] {
  const folder = `${layerDatabase}/sha256`;
  // Others are what an interrupted removal left; the next daemon goes on with it.
  const chains = treeNames(tree, folder).filter((name) => /^[0-9a-f]{64}$/.test(name));
  return chains.map((chain) => ({
    chain,
    cacheId: asFolderName(treeText(tree, `${folder}/${chain}/cache-id`)),
  }));
}

/** Ids of layers are letters and digits; containers' have `-init` at the end. */
export const isLayerFolder = (name: string): boolean => /^[0-9a-z]{2,}(-init)?$/.test(name);

function asFolderName(id: string | undefined): string | undefined {
  return id !== undefined && isLayerFolder(id) ? id : undefined;
}

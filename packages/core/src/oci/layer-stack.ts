import { WarmdockError } from '../errors.js';
import { chainIdsOf } from './chain-id.js';
import type { Descriptor } from './descriptor.js';
import type { Digest } from './digest.js';

/** One layer of an image under all its names. */
export interface Layer {
  /** The blob, compressed or not. */
  readonly descriptor: Descriptor;
  readonly diffId: Digest;
  readonly chainId: Digest;
}

/**
 * An image's layers from the bottom up, the manifest's paired with the config's.
 *
 * Throws `PROTOCOL` when the two do not count the same layers.
 */
export function layerStackOf(
  manifest: { readonly layers: readonly Descriptor[] },
  config: { readonly diffIds: readonly Digest[] },
): Layer[] {
  const { diffIds } = config;
  if (manifest.layers.length !== diffIds.length) {
    throw new WarmdockError(
      'PROTOCOL',
      `the manifest names ${manifest.layers.length} layers, the image config ${diffIds.length}`,
    );
  }
  const chainIds = chainIdsOf(diffIds);
  return manifest.layers.map((descriptor, index) => ({
    descriptor,
    diffId: diffIds[index] as Digest,
    chainId: chainIds[index] as Digest,
  }));
}

import type { ImageStoreKind } from '../../engine/info.js';
import type { Descriptor } from '../../oci/descriptor.js';
import type { Digest } from '../../oci/digest.js';
import type { Image, ImageManifest } from '../image/image.js';

/** A layer at its place in an image. */
export interface PlacedLayer {
  readonly descriptor: Descriptor;
  /** Under what a daemon knows it: its chainID in the classic store, its digest in the containerd store. */
  readonly key: Digest;
  /** How many of the manifest's layers end with it. */
  readonly height: number;
}

/** The layers of an image as a store tells them apart, bottom first, each at its lowest place. */
export function placedLayers({ manifests }: Image, store: ImageStoreKind): PlacedLayer[] {
  const placed = new Map<Digest, PlacedLayer>();
  for (const manifest of manifests)
    for (const layer of layersOfManifest(manifest, store))
      if (!placed.has(layer.key)) placed.set(layer.key, layer);
  return [...placed.values()];
}

/** Of those layers of an image the ones with these digests. */
export function placedAmong(
  image: Image,
  store: ImageStoreKind,
  layers: readonly Descriptor[],
): PlacedLayer[] {
  const digests = new Set(layers.map(({ digest }) => digest));
  return placedLayers(image, store).filter(({ descriptor }) => digests.has(descriptor.digest));
}

function layersOfManifest(
  { layers, stack }: ImageManifest,
  store: ImageStoreKind,
): readonly PlacedLayer[] {
  return layers.map((descriptor, at) => ({
    descriptor,
    key: (store === 'classic' && stack?.[at]?.chainId) || descriptor.digest,
    height: at + 1,
  }));
}

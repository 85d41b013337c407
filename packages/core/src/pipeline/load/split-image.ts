import { digestOf } from '../../oci/digest.js';
import { type Document, type Image, type ImageManifest, totalSize } from '../image/image.js';
import type { PlacedLayer } from './placed-layer.js';

/** Some layers of an image, with an image that ends at the highest of them. */
export interface ImagePart {
  readonly image: Image;
  readonly layers: readonly PlacedLayer[];
}

/** Smaller parts cost more in images made and removed than they gain. */
export const defaultPartBytes = 100_000_000;

/** Marks a partial image, should a killed process leave it behind. */
const partialLabel = 'dev.warmdock.part-of';

/**
 * Cuts a load into images that stand on each other: the last is the image itself, the others hold
 * its lower layers and are of no further use.
 *
 * Only layers of one image's stack can be cut so; an index travels whole. `partSizeBytes` counts the
 * layers as they are stored, default 100 MB.
 */
export function partsOf(
  image: Image,
  layers: readonly PlacedLayer[],
  partSizeBytes = defaultPartBytes,
): ImagePart[] {
  const [manifest, ...others] = image.manifests;
  if (!manifest?.stack || others.length > 0) return [{ image, layers }];
  const parts: ImagePart[] = [];
  let part: PlacedLayer[] = [];
  for (const layer of layers) {
    part.push(layer);
    if (layer === layers.at(-1) || sizeOfLayers(part) < partSizeBytes) continue;
    parts.push({ image: lowerLayers(image, manifest, layer.height), layers: part });
    part = [];
  }
  return [...parts, { image, layers: part }];
}

/** Bytes of the layers as they are stored. */
export function sizeOfLayers(layers: readonly PlacedLayer[]): number {
  return totalSize(layers.map(({ descriptor }) => descriptor));
}

/** An image of the lowest layers, with as little in its config as both stores want. */
function lowerLayers(whole: Image, manifest: ImageManifest, count: number): Image {
  const { architecture, os, variant } = JSON.parse(Buffer.from(manifest.config.bytes).toString());
  const stack = manifest.stack?.slice(0, count) ?? [];
  const layers = manifest.layers.slice(0, count);
  const config = documentOf(manifest.config, {
    architecture,
    os,
    variant,
    config: { Labels: { [partialLabel]: whole.root.descriptor.digest } },
    rootfs: { type: 'layers', diff_ids: stack.map(({ diffId }) => diffId) },
  });
  const { mediaType } = manifest.descriptor;
  const root = documentOf(manifest, {
    schemaVersion: 2,
    mediaType,
    config: config.descriptor,
    layers,
  });
  return { root, manifests: [{ ...root, config, layers, stack }] };
}

function documentOf({ descriptor: { mediaType } }: Document, value: unknown): Document {
  const bytes = Buffer.from(JSON.stringify(value));
  return { descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length }, bytes };
}

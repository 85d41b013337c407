import type { Descriptor } from '../../oci/descriptor.js';
import type { Layer } from '../../oci/layer-stack.js';

/** A small blob with its bytes. */
export interface Document {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

/** One manifest of an image with all that is needed to load it. */
export interface ImageManifest extends Document {
  readonly config: Document;
  readonly layers: readonly Descriptor[];
  /** The layers under all their names; absent for attestations, which are no root filesystem. */
  readonly stack?: readonly Layer[];
}

/** An image as its blobs describe it; `root` is the manifest itself or an index over several. */
export interface Image {
  readonly root: Document;
  readonly manifests: readonly ImageManifest[];
}

/** All layers of the image, each once, bottom first. */
export function layersOf(image: Image): Descriptor[] {
  return eachOnce(image.manifests.flatMap((manifest) => manifest.layers));
}

/** The bytes of blobs together. */
export function totalSize(blobs: readonly Pick<Descriptor, 'size'>[]): number {
  return blobs.reduce((sum, { size }) => sum + size, 0);
}

/** Without those that stood before: an image may hold the same layer several times. */
export function eachOnce(layers: readonly Descriptor[]): Descriptor[] {
  return [...new Map(layers.map((layer) => [layer.digest, layer])).values()];
}

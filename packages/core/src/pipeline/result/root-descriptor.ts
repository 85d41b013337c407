import type { UnsizedDescriptor } from '../../content/content.js';
import { MediaType } from '../../oci/media-types.js';
import type { LoadableImage } from './loadable-image.js';

/** The result's manifest or index; one that nobody described is a manifest of `imageExporter`. */
export function rootDescriptor({ descriptor, digest }: LoadableImage): UnsizedDescriptor {
  return descriptor ?? { mediaType: MediaType.ociManifest, digest };
}

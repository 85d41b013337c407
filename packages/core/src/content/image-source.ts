import type { Descriptor } from '../oci/descriptor.js';
import type { ContentSource, ImageSource } from './content.js';

/**
 * One image as a source for `copy`, such as a build's result in its builder: every name stands for it.
 */
export function imageSource(content: ContentSource, image: Descriptor): ImageSource {
  return {
    exists: (blob, options) => content.exists(blob, options),
    fetch: (blob, options) => content.fetch(blob, options),
    ...(content.prepare && {
      prepare: async (blobs, options) => content.prepare?.(blobs, options),
    }),
    resolve: async () => image,
  };
}

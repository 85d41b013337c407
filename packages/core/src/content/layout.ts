import { formatReference } from '../oci/reference.js';
import type { ImageStore } from './content.js';
import { entryInLayout, putInLayout } from './layout-index.js';
import { openLayoutStore } from './layout-store.js';

/** A directory in OCI's image layout as a place for images, by their full names; made with the first image. */
export function openLayout(directory: string): ImageStore {
  const store = openLayoutStore(directory);
  return {
    ...store,
    async resolve(reference) {
      const name = formatReference(reference);
      const entry = await entryInLayout(directory, { name, tag: reference.tag });
      if (!entry) return undefined;
      const { mediaType, digest, size } = entry;
      return { mediaType, digest, size };
    },
    async tag(descriptor, reference, { signal } = {}) {
      const { mediaType, digest, size } = descriptor;
      await putInLayout(
        directory,
        { mediaType, digest, size },
        [{ name: formatReference(reference) }],
        { signal },
      );
    },
  };
}

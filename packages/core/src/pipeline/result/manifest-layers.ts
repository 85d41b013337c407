import type { CallOptions, ContentSource, UnsizedDescriptor } from '../../content/content.js';
import { readBlob } from '../../content/read-blob.js';
import type { Digest } from '../../oci/digest.js';
import { kindOf } from '../../oci/media-types.js';

/**
 * The layers of a manifest, each once; `undefined` when the source cannot tell, for whatever
 * reason: what needs nothing else of the builder must not fail with it.
 */
export async function layersInManifest(
  source: ContentSource,
  root: UnsizedDescriptor,
  options: CallOptions,
): Promise<Digest[] | undefined> {
  try {
    if (kindOf(root.mediaType) !== 'manifest' || !(await source.exists(root, options))) return;
    const bytes = await readBlob(source, root, options);
    // Verified by digest, and not checked further: it is only counted and compared.
    const { layers } = JSON.parse(bytes.toString('utf8')) as { layers?: unknown };
    return Array.isArray(layers) ? [...new Set(layers.map(({ digest }) => digest))] : undefined;
  } catch {
    return undefined;
  }
}

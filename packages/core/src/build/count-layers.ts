import type { CallOptions, ContentSource, UnsizedDescriptor } from '../content/content.js';
import { readBlob } from '../content/read-blob.js';
import type { Engine } from '../engine/engine.js';
import type { Digest } from '../oci/digest.js';
import { kindOf } from '../oci/media-types.js';
import type { BuildResult } from './build-result.js';
import type { TaggedImage } from './observe-engine.js';
import { rootDescriptor } from './root-descriptor.js';

/**
 * How many different layers the daemon's image has.
 *
 * Where the daemon did not say, the builder's manifest does, in a fraction of the 50 ms that the
 * containerd store takes for an inspect; that is left to images which are an index.
 */
export async function countLayers(
  image: TaggedImage,
  result: BuildResult,
  engine: Engine,
  options: CallOptions,
): Promise<number> {
  if (image.diffIds) return new Set(image.diffIds).size;
  const layers =
    image.layers ?? (await layersInManifest(result.content, rootDescriptor(result), options));
  return layers?.length ?? layersInDaemon(image.id, engine, options);
}

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

async function layersInDaemon(id: Digest, engine: Engine, options: CallOptions): Promise<number> {
  const image = await engine.inspectImage(id, options);
  return new Set(image?.diffIds).size;
}

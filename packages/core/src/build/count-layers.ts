import type { CallOptions } from '../content/content.js';
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
  // A builder that went away must not fail a load which needs nothing of it.
  const counted = await layersInManifest(result, options).catch(() => undefined);
  return counted ?? layersInDaemon(image.id, engine, options);
}

/** A number for people: the manifest is verified by digest, and not checked further. */
async function layersInManifest(
  result: BuildResult,
  options: CallOptions,
): Promise<number | undefined> {
  const root = rootDescriptor(result);
  if (kindOf(root.mediaType) !== 'manifest' || !(await result.content.exists(root, options)))
    return undefined;
  const bytes = await readBlob(result.content, root, options);
  const { layers } = JSON.parse(bytes.toString('utf8')) as { layers?: unknown };
  return Array.isArray(layers) ? new Set(layers.map(({ digest }) => digest)).size : undefined;
}

async function layersInDaemon(id: Digest, engine: Engine, options: CallOptions): Promise<number> {
  const image = await engine.inspectImage(id, options);
  return new Set(image?.diffIds).size;
}

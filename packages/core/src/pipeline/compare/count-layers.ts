import type { CallOptions } from '../../content/content.js';
import type { Engine } from '../../engine/engine.js';
import type { Digest } from '../../oci/digest.js';
import type { LoadableImage } from '../result/loadable-image.js';
import { layersInManifest } from '../result/manifest-layers.js';
import { rootDescriptor } from '../result/root-descriptor.js';
import type { TaggedImage } from './observe-engine.js';

/**
 * How many different layers the daemon's image has.
 *
 * Where the daemon did not say, the builder's manifest does, in a fraction of the 50 ms that the
 * containerd store takes for an inspect; that is left to images which are an index.
 */
export async function countLayers(
  image: TaggedImage,
  result: LoadableImage,
  engine: Engine,
  options: CallOptions,
): Promise<number> {
  if (image.diffIds) return new Set(image.diffIds).size;
  const layers =
    image.layers ?? (await layersInManifest(result.content, rootDescriptor(result), options));
  return layers?.length ?? layersInDaemon(image.id, engine, options);
}

async function layersInDaemon(id: Digest, engine: Engine, options: CallOptions): Promise<number> {
  const image = await engine.inspectImage(id, options);
  return new Set(image?.diffIds).size;
}

import type { CallOptions } from '../../content/content.js';
import type { Engine } from '../../engine/engine.js';
import { WarmdockError } from '../../errors.js';
import type { Descriptor } from '../../oci/descriptor.js';
import { type Image, layersOf } from '../image/image.js';
import { readImage, readImageFor } from '../image/read-image.js';
import type { LoadableImage } from '../result/loadable-image.js';
import { rootDescriptor } from '../result/root-descriptor.js';
import { engineBlobs } from './engine-blobs.js';
import { type LoadDecision, planLayers, planTags } from './load-decision.js';
import {
  type MissingLayers,
  missingFromClassicStore,
  missingFromContainerdStore,
  missingFromTagged,
} from './missing-layers.js';
import type { EngineObservation } from './observe-engine.js';

export type ComparedImage = Pick<LoadDecision, 'plan' | 'image'>;

/** Plans the load of an image that the daemon is not known to hold: reads its manifests, finds the layers that are there. */
export async function planMissing(
  result: LoadableImage,
  engine: Engine,
  observed: EngineObservation,
  options: CallOptions,
): Promise<ComparedImage> {
  const { store, platform } = observed.info;
  const root = rootDescriptor(result);
  if (store === 'classic') {
    const image = await readImageFor(platform, result.content, root, options);
    return planClassic(result, engine, image, observed, options);
  }
  const image = await readImage(result.content, root, options);
  return planContainerd(result, engine, image, observed, options);
}

async function planClassic(
  result: LoadableImage,
  engine: Engine,
  image: Image,
  observed: EngineObservation,
  options: CallOptions,
): Promise<ComparedImage> {
  const [manifest] = image.manifests;
  if (!manifest) throw new WarmdockError('PROTOCOL', `image ${result.digest} has no manifest`);
  const imageId = manifest.config.descriptor.digest;
  // The config of an index's manifest is known only now, so this is the first chance to look for it.
  const present = result.configDigest ? undefined : await engine.inspectImage(imageId, options);
  if (present) {
    const plan = planTags(present.id, layersOf(image).length, result.tags, observed);
    return { plan, image };
  }
  const tagged = [...observed.tagged.values()];
  const { missing, evidence } = await missingFromClassicStore(
    engine,
    manifest.stack ?? [],
    tagged,
    options,
  );
  return { plan: planLayers(imageId, layersOf(image), missing, evidence), image };
}

async function planContainerd(
  result: LoadableImage,
  engine: Engine,
  image: Image,
  observed: EngineObservation,
  options: CallOptions,
): Promise<ComparedImage> {
  const imageId = image.root.descriptor.digest;
  const layers = layersOf(image);
  const { missing, evidence } =
    missingFromTagged(layers, [...observed.tagged.values()]) ??
    (await presenceInContainerdStore(layers, engine, options));
  const isHeld = missing.length === 0 && (await engine.inspectImage(imageId, options));
  const plan = isHeld
    ? planTags(imageId, layers.length, result.tags, observed)
    : planLayers(imageId, layers, missing, evidence);
  return { plan, image };
}

async function presenceInContainerdStore(
  layers: readonly Descriptor[],
  engine: Engine,
  options: CallOptions,
): Promise<MissingLayers> {
  const daemon = engineBlobs(engine);
  try {
    const blobs = await daemon.held(layers, options);
    if (blobs) return missingFromContainerdStore(layers, blobs);
    return { missing: layers, evidence: 'it does not tell which layers it holds' };
  } finally {
    daemon.close();
  }
}

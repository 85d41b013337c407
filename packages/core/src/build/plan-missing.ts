import type { CallOptions } from '../content/content.js';
import type { Engine } from '../engine/engine.js';
import { isWarmdockError, WarmdockError } from '../errors.js';
import type { Descriptor } from '../oci/descriptor.js';
import type { BuildResult } from './build-result.js';
import { engineContent } from './engine-buildkit.js';
import { type Image, layersOf } from './image.js';
import type { EngineObservation } from './observe-engine.js';
import { type LoadDecision, planLayers, planTags } from './plan-load.js';
import { missingFromClassicStore, missingFromContainerdStore, type Presence } from './presence.js';
import { forPlatform, readImage } from './read-image.js';
import { rootDescriptor } from './root-descriptor.js';

/** Plans the load of an image that the daemon is not known to hold: reads its manifests, finds the layers that are there. */
export async function planMissing(
  result: BuildResult,
  engine: Engine,
  observed: EngineObservation,
  options: CallOptions,
): Promise<LoadDecision> {
  const whole = await readImage(result.content, rootDescriptor(result), options);
  return observed.info.store === 'classic'
    ? planClassic(result, engine, forPlatform(whole, observed.info.platform), observed, options)
    : planContainerd(result, engine, whole, observed, options);
}

async function planClassic(
  result: BuildResult,
  engine: Engine,
  image: Image,
  observed: EngineObservation,
  options: CallOptions,
): Promise<LoadDecision> {
  const [manifest] = image.manifests;
  if (!manifest) throw new WarmdockError('PROTOCOL', `image ${result.digest} has no manifest`);
  const imageId = manifest.config.descriptor.digest;
  // The config of an index's manifest is known only now, so this is the first chance to look for it.
  const present = result.configDigest ? undefined : await engine.inspectImage(imageId, options);
  if (present) {
    const plan = planTags(present.id, layersOf(image).length, result.tags, observed);
    return { plan, observed, image };
  }
  const tagged = [...observed.tagged.values()];
  const { missing, evidence } = await missingFromClassicStore(
    engine,
    manifest.stack ?? [],
    tagged,
    options,
  );
  return { plan: planLayers(imageId, layersOf(image), missing, evidence), observed, image };
}

async function planContainerd(
  result: BuildResult,
  engine: Engine,
  image: Image,
  observed: EngineObservation,
  options: CallOptions,
): Promise<LoadDecision> {
  const imageId = image.root.descriptor.digest;
  const layers = layersOf(image);
  const { missing, evidence } = await presenceInContainerdStore(layers, engine, options);
  const isHeld = missing.length === 0 && (await engine.inspectImage(imageId, options));
  const plan = isHeld
    ? planTags(imageId, layers.length, result.tags, observed)
    : planLayers(imageId, layers, missing, evidence);
  return { plan, observed, image };
}

/** The daemon's blobs are seen through its embedded BuildKit, which is not a promised API: without it everything is sent. */
async function presenceInContainerdStore(
  layers: readonly Descriptor[],
  engine: Engine,
  options: CallOptions,
): Promise<Presence> {
  try {
    return missingFromContainerdStore(layers, await listBlobs(engine, options));
  } catch (error) {
    if (!isWarmdockError(error) || error.code !== 'UNSUPPORTED') throw error;
    return { missing: layers, evidence: 'it does not tell which layers it holds' };
  }
}

/** Digests of the blobs in a containerd store; throws `UNSUPPORTED` where the daemon does not serve them. */
export async function listBlobs(engine: Engine, options: CallOptions): Promise<Set<string>> {
  const { content, close } = engineContent(engine);
  try {
    return await content.list(options);
  } finally {
    close();
  }
}

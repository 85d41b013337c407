import type { CallContext } from '../../call-context.js';
import type { CallOptions } from '../../content/content.js';
import type { Engine } from '../../engine/engine.js';
import type { Digest } from '../../oci/digest.js';
import { checkArgument, checkOptions } from '../../options/check-options.js';
import { record } from '../../options/checks.js';
import { checkContext } from '../checks/context.js';
import { engine as anEngine } from '../checks/instances.js';
import type { LoadPlan } from '../plan/load-plan.js';
import type { LoadableImage } from '../result/loadable-image.js';
import { countLayers } from './count-layers.js';
import { type LoadDecision, planTags } from './load-decision.js';
import { type EngineObservation, observeEngine, type TaggedImage } from './observe-engine.js';

/** How a load is planned. */
export interface PlanLoadOptions {
  /** What is known of the daemon already, from `observeEngine`; asked for when absent. */
  readonly observed?: EngineObservation | undefined;
}

/**
 * Compares an image, a build's or another one, with what the daemon has; changes nothing.
 *
 * Throws `UNSUPPORTED` when no part of a multi-platform result runs on the daemon.
 */
export async function planLoad(
  result: LoadableImage,
  engine: Engine,
  options: PlanLoadOptions = {},
  context: CallContext = {},
): Promise<LoadPlan> {
  checkArgument('planLoad', 'engine', engine, anEngine);
  checkOptions('planLoad', options, { observed: record });
  checkContext('planLoad', context);
  return (await decideLoad(result, engine, options, context)).plan;
}

/** As `planLoad`, keeping what was read on the way. */
export async function decideLoad(
  result: LoadableImage,
  engine: Engine,
  { observed: known }: PlanLoadOptions,
  { signal }: CallOptions,
): Promise<LoadDecision> {
  const options = { signal };
  const comparedAtMs = performance.now();
  const observed = known ?? (await observeEngine(engine, result.tags, options));
  const knownId = observed.info.store === 'containerd' ? result.digest : result.configDigest;
  const present = knownId && (await presentImage(knownId, engine, observed, options));
  if (present) {
    const layersTotal = await countLayers(present, result, engine, options);
    return {
      plan: planTags(present.id, layersTotal, result.tags, observed),
      observed,
      comparedAtMs,
      image: undefined,
    };
  }
  const { planMissing } = await import('./plan-transfer.js');
  return { ...(await planMissing(result, engine, observed, options)), observed, comparedAtMs };
}

/**
 * The image if the daemon is known to hold it; its tags tell without another question in the common case.
 *
 * In the containerd store an image without tags may be the rest of a failed load: its layers have
 * to be looked for first.
 */
async function presentImage(
  id: Digest,
  engine: Engine,
  observed: EngineObservation,
  options: CallOptions,
): Promise<TaggedImage | undefined> {
  for (const image of observed.tagged.values()) if (image.id === id) return image;
  return observed.info.store === 'classic' ? engine.inspectImage(id, options) : undefined;
}

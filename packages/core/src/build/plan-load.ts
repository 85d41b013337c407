import type { CallOptions } from '../content/content.js';
import type { Engine } from '../engine/engine.js';
import type { Descriptor } from '../oci/descriptor.js';
import type { Digest } from '../oci/digest.js';
import { checkArgument, checkOptions } from '../options/check-options.js';
import { record, signal } from '../options/checks.js';
import type { BuildResult } from './build-result.js';
import { countLayers } from './count-layers.js';
import { type Image, totalSize } from './image.js';
import type { LoadPlan } from './load-plan.js';
import { type EngineObservation, observeEngine, type TaggedImage } from './observe-engine.js';
import { engine as anEngine } from './option-checks.js';

export interface PlanLoadOptions extends CallOptions {
  /** What is known of the daemon already; asked for when absent. */
  observed?: EngineObservation | undefined;
}

/** A plan together with what carrying it out needs. */
export interface LoadDecision {
  readonly plan: LoadPlan;
  readonly observed: EngineObservation;
  /** When the comparison began, as `performance.now()` counts. */
  readonly comparedAtMs: number;
  /** Read only when the daemon lacks the image. */
  readonly image: Image | undefined;
}

/**
 * Compares a build's result with what the daemon has; changes nothing.
 *
 * Throws `UNSUPPORTED` when no part of a multi-platform result runs on the daemon.
 */
export async function planLoad(
  result: BuildResult,
  engine: Engine,
  options: PlanLoadOptions = {},
): Promise<LoadPlan> {
  checkArgument('planLoad', 'engine', engine, anEngine);
  checkOptions('planLoad', options, { observed: record, signal });
  return (await decideLoad(result, engine, options)).plan;
}

/** As `planLoad`, keeping what was read on the way. */
export async function decideLoad(
  result: BuildResult,
  engine: Engine,
  options: PlanLoadOptions,
): Promise<LoadDecision> {
  const comparedAtMs = performance.now();
  const observed = options.observed ?? (await observeEngine(engine, result.tags, options));
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
  const { planMissing } = await import('./plan-missing.js');
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

/** The plan for an image that the daemon holds. */
export function planTags(
  imageId: Digest,
  layersTotal: number,
  tags: readonly string[],
  observed: EngineObservation,
): LoadPlan {
  const moving = tags.filter((tag) => observed.tagged.get(tag)?.id !== imageId);
  const common = { imageId, layersTotal };
  if (moving.length === 0)
    return { ...common, outcome: 'unchanged', reason: `the daemon has image ${imageId}` };
  return {
    ...common,
    outcome: 'retag',
    reason: `the daemon has image ${imageId}, but not as ${moving.join(', ')}`,
  };
}

/** The plan for an image that the daemon lacks. */
export function planLayers(
  imageId: Digest,
  layers: readonly Descriptor[],
  missing: readonly Descriptor[],
  evidence: string,
): LoadPlan {
  const outcome = missing.length > 0 && missing.length === layers.length ? 'full' : 'thin';
  return {
    outcome,
    imageId,
    layersTotal: layers.length,
    missing,
    sizeBytes: totalSize(missing),
    reason: `the daemon lacks image ${imageId}; ${evidence}`,
  };
}

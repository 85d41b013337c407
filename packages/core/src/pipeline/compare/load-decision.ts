import type { Descriptor } from '../../oci/descriptor.js';
import type { Digest } from '../../oci/digest.js';
import { type Image, totalSize } from '../image/image.js';
import type { LoadPlan } from '../plan/load-plan.js';
import type { EngineObservation } from './observe-engine.js';

/** A plan together with what carrying it out needs. */
export interface LoadDecision {
  readonly plan: LoadPlan;
  readonly observed: EngineObservation;
  /** When the comparison began, as `performance.now()` counts. */
  readonly comparedAtMs: number;
  /** Read only when the daemon lacks the image. */
  readonly image: Image | undefined;
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

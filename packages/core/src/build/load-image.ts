import type { CallOptions } from '../content/content.js';
import type { Engine } from '../engine/engine.js';
import { isWarmdockError, messageOf, WarmdockError } from '../errors.js';
import { parseReference } from '../oci/reference.js';
import type { BuildResult } from './build-result.js';
import { daemonBlobs } from './daemon-blobs.js';
import { type Image, layersOf } from './image.js';
import { partsOf } from './image-parts.js';
import type { LoadPlan, LoadResult } from './load-plan.js';
import type { EngineObservation } from './observe-engine.js';
import { decideLoad, type LoadDecision } from './plan-load.js';
import type { OnProgress } from './progress.js';
import type { Sent, Shipment } from './send-layers.js';
import { verifyKnown, verifyLayers } from './verify-loaded.js';

export interface LoadOptions extends CallOptions {
  onProgress?: OnProgress | undefined;
  /** What is known of the daemon already, from `observeEngine`. */
  observed?: EngineObservation | undefined;
  /** About how many bytes of layers, as the builder holds them, travel in one archive; default 100 MB. */
  partBytes?: number | undefined;
}

/**
 * Brings a build's image into the daemon, sending only the layers that it lacks.
 *
 * The archive names no image: tags move only after the daemon has shown that it holds this very
 * image, so a failure at any point leaves every tag where it was. Throws `LOAD_FAILED`,
 * `DIGEST_MISMATCH`, `UNAVAILABLE` (the daemon or the builder went away), `CANCELLED`.
 */
export async function loadImage(
  result: BuildResult,
  engine: Engine,
  options: LoadOptions = {},
): Promise<LoadResult> {
  const start = performance.now();
  const decision = await decideLoad(result, engine, options);
  const { plan, image } = decision;
  options.onProgress?.({ type: 'compare', plan });
  const compared = performance.now();
  const sent =
    image && isTransfer(plan)
      ? await transfer(result, engine, decision, image, options)
      : { layers: 0, sizeBytes: 0 };
  if (!isProven(decision)) await moveTags(plan, result.tags, engine, options);
  const end = performance.now();
  return {
    outcome: plan.outcome,
    reason: plan.reason,
    imageId: plan.imageId,
    tags: result.tags,
    layersTotal: plan.layersTotal,
    layersSent: sent.layers,
    bytesSent: sent.sizeBytes,
    timingsMs: {
      ...result.timingsMs,
      compare: compared - start,
      load: end - compared,
      total: end - start,
    },
  };
}

/** How long the daemon's word that its tags name the image is taken for true. */
const proofLifetimeMs = 1_000;

/** Tags that were just seen on the image need not be set again. */
function isProven({ plan, observed }: LoadDecision): boolean {
  return plan.outcome === 'unchanged' && performance.now() - observed.atMs < proofLifetimeMs;
}

type Transfer = Extract<LoadPlan, { missing: unknown }>;

function isTransfer(plan: LoadPlan): plan is Transfer {
  return 'missing' in plan;
}

/** Sends what is missing; when the daemon does not take that, everything as the builder holds it, once. */
async function transfer(
  result: BuildResult,
  engine: Engine,
  { plan, observed }: LoadDecision,
  image: Image,
  options: LoadOptions,
): Promise<Sent> {
  const { sendLayers } = await import('./send-layers.js');
  const { isIndexRefused, staleIndexNotice } = await import('./stale-index.js');
  let longIndex = false;
  const send = async (shipment: Shipment): Promise<Sent> => {
    try {
      return await sendLayers(result, engine, image, { ...shipment, longIndex }, options);
    } catch (error) {
      if (longIndex || !isIndexRefused(error, shipment)) throw error;
      options.onProgress?.({ type: 'notice', message: staleIndexNotice(error) });
      longIndex = true;
      return send(shipment);
    }
  };
  const attempt = async (shipment: Shipment) => {
    const sent = await send(shipment);
    if (result.tags.length === 0) await verifyKnown(plan.imageId, engine, options);
    if (blobs) await verifyLayers(plan.imageId, image, shipment, blobs, options);
    return sent;
  };
  const { missing } = plan as Transfer;
  const blobs = observed.info.store === 'containerd' ? daemonBlobs(engine) : undefined;
  blobs?.connect();
  const inflates = observed.info.store === 'classic' && engine.endpoint.kind === 'unix';
  const all = layersOf(image);
  const parts = partsOf(image, missing, options.partBytes);
  try {
    return await attempt({ parts, form: inflates ? 'inflated' : 'stored' });
  } catch (error) {
    const sentAll = missing.length === all.length && parts.length === 1 && !inflates;
    if (!isWarmdockError(error) || error.code !== 'LOAD_FAILED' || sentAll) throw error;
    options.onProgress?.({
      type: 'notice',
      message: `loading ${missing.length} of ${all.length} layers failed (${messageOf(error)}); sending all layers as they are, at once, instead`,
    });
    return await attempt({ parts: [{ image, layers: all }], form: 'stored' });
  } finally {
    blobs?.close();
  }
}

/** Tagging is also the last proof: the daemon refuses an image that it does not hold. */
async function moveTags(
  plan: LoadPlan,
  tags: readonly string[],
  engine: Engine,
  options: CallOptions,
): Promise<void> {
  for (const tag of tags) {
    if (await engine.tagImage(plan.imageId, parseReference(tag), options)) continue;
    throw new WarmdockError(
      'LOAD_FAILED',
      `cannot tag ${tag}: the daemon no longer holds image ${plan.imageId}`,
      {
        hint: 'something removed it in the meantime; build again',
      },
    );
  }
}

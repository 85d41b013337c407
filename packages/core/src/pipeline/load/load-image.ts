import type { CallContext } from '../../call-context.js';
import type { Engine } from '../../engine/engine.js';
import { checkArgument, checkOptions } from '../../options/check-options.js';
import { type Checks, number, record } from '../../options/checks.js';
import { checkContext } from '../checks/context.js';
import { engine as anEngine } from '../checks/instances.js';
import type { LoadDecision } from '../compare/load-decision.js';
import { decideLoad } from '../compare/plan-load.js';
import type { LoadResult } from '../plan/load-plan.js';
import type { LoadableImage } from '../result/loadable-image.js';
import type { LoadOptions } from './load-options.js';
import { isMarked, markFaults } from './mark-faults.js';
import { moveTags } from './move-tags.js';
import type { TransferRequest, Transferred } from './transfer.js';

const loadChecks: Checks<LoadOptions> = { observed: record, partSizeBytes: number };

/**
 * Brings an image into the daemon, a build's or another one, sending only the layers that it lacks.
 *
 * Loads of this process into one daemon share their layers: each is sent once. Loads of other
 * processes of this user are waited for where they bring what is missing first.
 * The archive names no image: tags move only after the daemon has shown that it holds this very
 * image, so a failure at any point leaves every tag where it was. When the connection to the image's
 * `content` fails, its `fallbacks` are tried, each with a notice. Throws `LOAD_FAILED`,
 * `DIGEST_MISMATCH`, `UNAVAILABLE` (the daemon or the builder went away), `CANCELLED`.
 */
export async function loadImage(
  result: LoadableImage,
  engine: Engine,
  options: LoadOptions = {},
  context: CallContext = {},
): Promise<LoadResult> {
  checkArgument('loadImage', 'engine', engine, anEngine);
  checkOptions('loadImage', options, loadChecks);
  checkContext('loadImage', context);
  if (!result.fallbacks?.length) return loadOnce(result, engine, options, context);
  const content = markFaults(result.content);
  try {
    return await loadOnce({ ...result, content }, engine, options, context);
  } catch (error) {
    if (context.signal?.aborted || !isMarked(error)) throw error;
    const { loadByFallbacks } = await import('./load-by-fallbacks.js');
    return loadByFallbacks(
      error,
      result,
      (image) => loadOnce(image, engine, options, context),
      context,
    );
  }
}

async function loadOnce(
  result: LoadableImage,
  engine: Engine,
  options: LoadOptions,
  context: CallContext,
): Promise<LoadResult> {
  const start = performance.now();
  const first = await decideLoad(result, engine, options, context);
  context.onProgress?.({ type: 'compare', plan: first.plan });
  const compared = performance.now();
  const { decision, sent } = await transferred({ result, engine, ...options }, first, context);
  const { plan } = decision;
  if (!isProven(decision)) await moveTags(decision, result.tags, engine, context);
  const end = performance.now();
  return {
    outcome: plan.outcome,
    reason: plan.reason,
    via: result.via ?? 'direct',
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

async function transferred(
  request: TransferRequest,
  decision: LoadDecision,
  context: CallContext,
): Promise<Transferred> {
  if (!('missing' in decision.plan)) return { decision, sent: { layers: 0, sizeBytes: 0 } };
  const { transfer } = await import('./transfer.js');
  return transfer(request, decision, context);
}

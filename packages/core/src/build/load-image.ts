import type { CallOptions } from '../content/content.js';
import type { Engine } from '../engine/engine.js';
import { checkArgument, checkOptions } from '../options/check-options.js';
import { type Checks, callback, mapOf, number, record, signal, text } from '../options/checks.js';
import type { BuildResult } from './build-result.js';
import { moveTags } from './load/move-tags.js';
import type { Transferred } from './load/transfer.js';
import type { LoadResult } from './load-plan.js';
import type { EngineObservation } from './observe-engine.js';
import { engine as anEngine } from './option-checks.js';
import { decideLoad, type LoadDecision } from './plan-load.js';
import type { OnProgress } from './progress.js';

export interface LoadOptions extends CallOptions {
  onProgress?: OnProgress | undefined;
  /** What is known of the daemon already, from `observeEngine`. */
  observed?: EngineObservation | undefined;
  /** About how many bytes of layers, as the builder holds them, travel in one archive; default 100 MB. */
  partBytes?: number | undefined;
  /** Where the user's state is kept, default `process.env`. */
  env?: NodeJS.ProcessEnv | undefined;
}

const loadChecks: Checks<LoadOptions> = {
  observed: record,
  partBytes: number,
  env: mapOf(text),
  signal,
  onProgress: callback,
};

/**
 * Brings a build's image into the daemon, sending only the layers that it lacks.
 *
 * Loads of this process into one daemon share their layers: each is sent once. Loads of other
 * processes of this user are waited for where they bring what is missing first.
 * The archive names no image: tags move only after the daemon has shown that it holds this very
 * image, so a failure at any point leaves every tag where it was. Throws `LOAD_FAILED`,
 * `DIGEST_MISMATCH`, `UNAVAILABLE` (the daemon or the builder went away), `CANCELLED`.
 */
export async function loadImage(
  result: BuildResult,
  engine: Engine,
  options: LoadOptions = {},
): Promise<LoadResult> {
  checkArgument('loadImage', 'engine', engine, anEngine);
  checkOptions('loadImage', options, loadChecks);
  const start = performance.now();
  const first = await decideLoad(result, engine, options);
  options.onProgress?.({ type: 'compare', plan: first.plan });
  const compared = performance.now();
  const { decision, sent } = await transferred(result, engine, first, options);
  const { plan } = decision;
  if (!isProven(decision)) await moveTags(decision, result.tags, engine, options);
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

async function transferred(
  result: BuildResult,
  engine: Engine,
  decision: LoadDecision,
  options: LoadOptions,
): Promise<Transferred> {
  if (!('missing' in decision.plan)) return { decision, sent: { layers: 0, sizeBytes: 0 } };
  const { transfer } = await import('./load/transfer.js');
  return transfer(result, engine, decision, options);
}

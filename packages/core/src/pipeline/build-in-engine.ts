import type { BuildKit } from '../buildkit/buildkit.js';
import type { CallContext } from '../call-context.js';
import type { CallOptions } from '../content/content.js';
import type { Engine } from '../engine/engine.js';
import type { LoadedBuild } from './build-outcome.js';
import type { BuildPlan } from './plan/build-plan.js';
import type { BuildResult } from './result/build-result.js';
import { runBuild } from './run-build.js';
import type { RunPlanOptions } from './run-options.js';

/** A builder and a daemon, connected. */
export interface ConnectedPlace {
  readonly buildkit: BuildKit;
  readonly engine: Engine;
}

/**
 * Builds with the BuildKit inside the daemon; the image is born where it is wanted.
 *
 * Its exporter `moby` exists in both stores, names the image itself and, like docker, moves the
 * tags only when the build has succeeded.
 */
export async function buildInEngine(
  plan: BuildPlan,
  place: ConnectedPlace,
  options: RunPlanOptions,
  context: CallContext,
): Promise<LoadedBuild> {
  // Without a tag the name must be absent: an empty one is refused.
  const attrs: Record<string, string> = {
    ...plan.imageAttrs,
    ...(plan.tags.length > 0 && { name: plan.tags.join(',') }),
  };
  const exporter = { type: 'moby', attrs };
  const result = await runBuild(plan, place.buildkit, { ...options, exporter }, context);
  return inPlace(result, plan.tags, place, context);
}

/** The outcome of a build whose image the builder has left in the daemon. */
export async function inPlace(
  result: BuildResult,
  tags: readonly string[],
  { buildkit, engine }: ConnectedPlace,
  options: CallOptions,
): Promise<LoadedBuild> {
  const start = performance.now();
  const { store } = await engine.info(options);
  const imageId = store === 'containerd' ? result.digest : (result.configDigest ?? result.digest);
  const inspect = await engine.inspectImage(imageId, options);
  const compare = performance.now() - start;
  const { connect, solve } = result.timingsMs;
  return {
    ...result,
    load: {
      outcome: 'in-place',
      reason: `the builder ${buildkit.name} left it there`,
      imageId,
      tags,
      layersTotal: new Set(inspect?.diffIds).size,
      layersSent: 0,
      bytesSent: 0,
      timingsMs: { connect, solve, compare, load: 0, total: connect + solve + compare },
    },
  };
}

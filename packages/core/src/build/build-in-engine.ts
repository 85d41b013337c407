import type { BuildKit } from '../buildkit/buildkit.js';
import type { CallOptions } from '../content/content.js';
import type { Engine } from '../engine/engine.js';
import type { BuildPlan } from './build-plan.js';
import type { BuildResult, LoadedBuild } from './build-result.js';
import { type RunBuildOptions, runBuild } from './run-build.js';

/**
 * Builds with the BuildKit inside the daemon; the image is born where it is wanted.
 *
 * Its exporter `moby` exists in both stores, names the image itself and, like docker, moves the
 * tags only when the build has succeeded.
 */
export async function buildInEngine(
  plan: BuildPlan,
  buildkit: BuildKit,
  engine: Engine,
  options: RunBuildOptions,
): Promise<LoadedBuild> {
  // Without a tag the name must be absent: an empty one is refused.
  const attrs: Record<string, string> = {
    ...plan.imageAttrs,
    ...(plan.tags.length > 0 && { name: plan.tags.join(',') }),
  };
  const exporter = { type: 'moby', attrs };
  const result = await runBuild(plan, buildkit, { ...options, exporter });
  return inPlace(result, plan.tags, buildkit, engine, options);
}

/** The outcome of a build whose image the builder has left in the daemon. */
export async function inPlace(
  result: BuildResult,
  tags: readonly string[],
  buildkit: BuildKit,
  engine: Engine,
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

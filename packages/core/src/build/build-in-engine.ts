import type { BuildKit } from '../buildkit/buildkit.js';
import type { Engine } from '../engine/engine.js';
import type { BuildPlan } from './build-plan.js';
import type { BuildOutcome } from './build-result.js';
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
): Promise<BuildOutcome> {
  // Without a tag the name must be absent: an empty one is refused.
  const attrs: Record<string, string> = plan.tags.length > 0 ? { name: plan.tags.join(',') } : {};
  const exporter = { type: 'moby', attrs };
  const result = await runBuild(plan, buildkit, { ...options, exporter });
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
      tags: plan.tags,
      layersTotal: new Set(inspect?.diffIds).size,
      layersSent: 0,
      bytesSent: 0,
      timingsMs: { connect, solve, compare, load: 0, total: connect + solve + compare },
    },
  };
}

import type { BuildKit } from '../buildkit/buildkit.js';
import { contentStore } from '../buildkit/session/content-store.js';
import { createSpoolStore } from '../content/spool-store.js';
import type { Descriptor } from '../oci/descriptor.js';
import type { BuildPlan } from './build-plan.js';
import type { DisposableSource } from './builder-content.js';
import { imageAttrs, type RunBuildOptions, runSolve } from './run-build.js';

/**
 * Runs the plan again and lets the builder send the wanted blobs while it still holds them.
 *
 * Every step is cached, unless the cache was pruned meanwhile: then the builder builds again and
 * the blobs may be others.
 */
export async function spoolImage(
  plan: BuildPlan,
  builder: BuildKit,
  wanted: (descriptor: Descriptor) => boolean,
  options: RunBuildOptions,
): Promise<DisposableSource> {
  const spool = await createSpoolStore();
  try {
    const attrs = options.exporter?.attrs ?? imageAttrs(plan);
    const { answer } = await runSolve(plan, builder, {
      ...options,
      exporter: { type: 'oci', attrs: { ...attrs, tar: 'false' } },
      attachables: [...(options.attachables ?? []), contentStore(spool, wanted)],
    });
    await answer;
    return spool;
  } catch (error) {
    await spool[Symbol.asyncDispose]();
    throw error;
  }
}

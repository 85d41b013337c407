import type { BuildKit } from '../buildkit/buildkit.js';
import { exportStore } from '../buildkit/session/content-store.js';
import { createSpoolStore } from '../content/spool-store.js';
import type { Descriptor } from '../oci/descriptor.js';
import type { BuildPlan } from './build-plan.js';
import type { DisposableSource } from './builder-content.js';
import { imageAttrs, type RunSolveOptions, runSolve, type TimedSolve } from './run-build.js';

export interface SpooledBuild extends TimedSolve {
  readonly spool: DisposableSource;
}

/** Runs the plan and lets the builder send the wanted blobs of its image while it surely holds them. */
export async function spoolImage(
  plan: BuildPlan,
  builder: BuildKit,
  wanted: (descriptor: Descriptor) => boolean,
  options: RunSolveOptions,
): Promise<SpooledBuild> {
  const spool = await createSpoolStore();
  try {
    const attrs = options.exporter?.attrs ?? imageAttrs(plan);
    const solved = await runSolve(plan, builder, {
      ...options,
      exporters: [{ type: 'oci', attrs: { ...attrs, tar: 'false' } }],
      stores: new Map([...(options.stores ?? []), [exportStore, { sink: spool, wanted }]]),
    });
    await solved.answer;
    return { ...solved, spool };
  } catch (error) {
    await spool[Symbol.asyncDispose]();
    throw error;
  }
}

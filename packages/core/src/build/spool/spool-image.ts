import type { BuildKit } from '../../buildkit/buildkit.js';
import type { BuildPlan } from '../build-plan.js';
import type { DisposableSource } from '../builder-content.js';
import { imageAttrs, type RunSolveOptions, runSolve, type TimedSolve } from '../run-build.js';
import { sendingExporter, sentImage, type WantedBlobs } from './sent-image.js';

export interface SpooledBuild extends TimedSolve {
  readonly spool: DisposableSource;
}

/** Runs the plan and lets the builder send the wanted blobs of its image while it surely holds them. */
export async function spoolImage(
  plan: BuildPlan,
  builder: BuildKit,
  wanted: WantedBlobs,
  options: RunSolveOptions,
): Promise<SpooledBuild> {
  const sent = sentImage(builder.name, wanted, options);
  try {
    const exporters = [sendingExporter(options.exporter?.attrs ?? imageAttrs(plan))];
    const solved = await runSolve(plan, builder, { ...options, ...sent.services, exporters });
    await solved.answer;
    return { ...solved, spool: await sent.open() };
  } catch (error) {
    await (await sent.begun())?.[Symbol.asyncDispose]();
    throw error;
  }
}

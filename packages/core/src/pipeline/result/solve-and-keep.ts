import type { BuildKit } from '../../buildkit/buildkit.js';
import type { CallContext } from '../../call-context.js';
import type { BuildPlan } from '../plan/build-plan.js';
import { imageAttrs, isAttested } from '../plan/image-exporter.js';
import { runSolve } from '../solve/run-solve.js';
import type { TimedSolve } from '../solve/solve-options.js';
import type { ImageSolve } from './image-solve.js';
import { receiveImage, sendingExporter } from './receive-image.js';
import { type DisposableSource, isSmall } from './temporary-source.js';

/** A solve, with what the builder sent of its image meanwhile. */
export interface KeptSolve extends TimedSolve {
  readonly spool?: DisposableSource | undefined;
}

/**
 * The solve of an image, together with what has to be kept of it.
 *
 * Attestations tell the time: no later solve makes the same ones, and a builder may collect them
 * within milliseconds. So the solve itself sends them, and all that is as small.
 */
export async function solveAndKeep(
  plan: BuildPlan,
  builder: BuildKit,
  solve: ImageSolve,
  context: CallContext,
): Promise<KeptSolve> {
  const { exporter } = solve;
  if (exporter) return runSolve(plan, builder, { ...solve, exporters: [exporter] }, context);
  if (!isAttested(plan)) return solveOnOldBuilders(plan, builder, solve, context);
  const { exportBlobs } = await import('./export-blobs.js');
  return exportBlobs({ plan, builder, solve }, { wants: isSmall }, context);
}

/**
 * The solve with an exporter for builders before 0.13, so that what one of them makes comes here
 * while it is at it: before 0.11 there is no other way to read an image.
 */
async function solveOnOldBuilders(
  plan: BuildPlan,
  builder: BuildKit,
  solve: ImageSolve,
  context: CallContext,
): Promise<KeptSolve> {
  const received = receiveImage(builder.name, { wants: isSmall }, solve.services, context);
  try {
    const oldExporter = sendingExporter(imageAttrs(plan));
    const options = { ...solve, services: received.services, oldExporter };
    const solved = await runSolve(plan, builder, options, context);
    const spool = await received.startedStore();
    if (spool) await solved.answer;
    return { ...solved, spool };
  } catch (error) {
    await (await received.startedStore())?.[Symbol.asyncDispose]();
    throw error;
  }
}

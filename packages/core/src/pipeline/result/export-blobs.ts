import type { CallContext } from '../../call-context.js';
import { imageAttrs } from '../plan/image-exporter.js';
import { runSolve } from '../solve/run-solve.js';
import type { TimedSolve } from '../solve/solve-options.js';
import type { RepeatableSolve } from './image-solve.js';
import { receiveImage, sendingExporter, type WantedBlobs } from './receive-image.js';
import type { DisposableSource } from './temporary-source.js';

/** A solve with the blobs that the builder sent. */
export interface ExportedBlobs extends TimedSolve {
  readonly spool: DisposableSource;
}

/** Runs the plan and lets the builder send the wanted blobs of its image, or all in an archive, while it surely holds them. */
export async function exportBlobs(
  { plan, builder, solve }: RepeatableSolve,
  wanted: WantedBlobs,
  context: CallContext,
): Promise<ExportedBlobs> {
  const received = receiveImage(builder.name, wanted, solve.services, context);
  try {
    const attrs = solve.exporter?.attrs ?? imageAttrs(plan);
    const exporters = [wanted.isArchiveWanted ? { type: 'oci', attrs } : sendingExporter(attrs)];
    const options = { ...solve, services: received.services, exporters };
    const solved = await runSolve(plan, builder, options, context);
    await solved.answer;
    return { ...solved, spool: await received.open() };
  } catch (error) {
    await (await received.startedStore())?.[Symbol.asyncDispose]();
    throw error;
  }
}

import type { CallContext } from '../../../call-context.js';
import { imageAttrs } from '../../plan/image-exporter.js';
import { runSolve } from '../../solve/run-solve.js';
import type { RepeatableSolve } from '../image-solve.js';
import { receiveImage } from '../receive-image.js';
import type { OpenedImage } from './opened-image.js';

/** Has the builder send all of the image in one archive, as every BuildKit can. */
export async function receiveArchive(
  { plan, builder, solve }: RepeatableSolve,
  context: CallContext,
): Promise<OpenedImage> {
  const received = receiveImage(builder.name, { isArchiveWanted: true }, solve.services, context);
  const exporter = { type: 'oci', attrs: solve.exporter?.attrs ?? imageAttrs(plan) };
  try {
    const options = { ...solve, services: received.services, exporters: [exporter] };
    const solved = await runSolve(plan, builder, options, context);
    await solved.answer;
    const content = await received.open();
    return { solved, content, [Symbol.asyncDispose]: () => content[Symbol.asyncDispose]() };
  } catch (error) {
    await (await received.startedStore())?.[Symbol.asyncDispose]();
    throw error;
  }
}

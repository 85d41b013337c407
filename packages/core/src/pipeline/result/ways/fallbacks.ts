import type { CallContext } from '../../../call-context.js';
import type { Descriptor } from '../../../oci/descriptor.js';
import type { ChosenWays } from '../../plan/choose-ways.js';
import type { SolvingWay } from '../../plan/load-way.js';
import { parseExporterResponse } from '../exporter-response.js';
import type { RepeatableSolve } from '../image-solve.js';
import type { LoadableImage, LoadFallback } from '../loadable-image.js';
import { repeatOf } from '../repeat-solve.js';

/** The other ways to the image of a solve, each by a further, cached solve that runs when it is opened. */
export function fallbacksOf(
  solve: RepeatableSolve,
  { others, repository }: ChosenWays,
  context: CallContext,
): LoadFallback[] {
  return others.map((via) => ({ via, open: () => openAgain(via, solve, repository, context) }));
}

/** An image with all that the builder's answer told of it. */
export interface ReopenedImage extends LoadableImage, AsyncDisposable {
  readonly descriptor?: Descriptor | undefined;
}

/** The image of a solve by a way for which it is solved once more. */
export async function openAgain(
  via: SolvingWay,
  solve: RepeatableSolve,
  repository: ChosenWays['repository'],
  context: CallContext,
): Promise<ReopenedImage> {
  const { openByWay } = await import('./open-by-way.js');
  const { plan, builder } = solve;
  const opened = await openByWay(via, repeatOf(solve), repository, context);
  const { content, solved } = opened;
  const image = opened.image ?? parseExporterResponse(await solved.answer, builder.name);
  return {
    ...image,
    tags: plan.tags,
    content,
    timingsMs: solved.timingsMs,
    via,
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

import type { BuildKit } from '../buildkit/buildkit.js';
import type { CallContext } from '../call-context.js';
import { WarmdockError } from '../errors.js';
import { openInputs } from './inputs/open-inputs.js';
import type { OpenedPlan } from './inputs/solve-input.js';
import type { BuildPlan } from './plan/build-plan.js';
import { type ChosenWays, chooseWays } from './plan/choose-ways.js';
import type { SolvingWay } from './plan/load-way.js';
import { checkRun } from './request-checks.js';
import type { BuildResult } from './result/build-result.js';
import { builderContent } from './result/builder-content.js';
import { parseExporterResponse } from './result/exporter-response.js';
import type { RepeatableSolve } from './result/image-solve.js';
import { solveAndKeep } from './result/solve-and-keep.js';
import { fallbacksOf } from './result/ways/fallbacks.js';
import type { RunOptions } from './run-options.js';
import { addServices } from './solve/solve-options.js';

/**
 * Runs the plan as one solve, for the image alone: a plan with outputs is run by `runOutputs`.
 * Dispose of the result, which may hold temporary files, after its load. By which way it is to be
 * loaded decides what the builder does with it: of `registry` it pushes it in this solve.
 *
 * Throws `BuildError` when the Dockerfile fails, `INVALID_ARGUMENT` for a missing context or
 * Dockerfile, `UNAVAILABLE` when the builder cannot be reached or goes away, `CANCELLED`.
 */
export async function runBuild(
  plan: BuildPlan,
  builder: BuildKit,
  options: RunOptions = {},
  context: CallContext = {},
): Promise<BuildResult & AsyncDisposable> {
  checkRun('runBuild', { plan, builder }, options, context);
  if (plan.outputs) {
    throw new WarmdockError('INVALID_ARGUMENT', 'this plan has outputs: run it with runOutputs');
  }
  const { exporter, attachables = [], spoolSizeBytes } = options;
  const ways = chooseWays(options, context.env ?? process.env);
  const opened = await openInputs(plan, builder, context);
  const services = addServices(opened.services, { attachables });
  const solve = { exporter, services, links: options };
  const repeatable = { plan: opened.plan, builder, solve };
  try {
    if (ways.first !== 'direct' && !exporter)
      return await runByWay(ways.first, repeatable, { opened, ways }, context);
    const solved = await solveAndKeep(opened.plan, builder, solve, context);
    const answer = opened.finish ? await opened.finish(solved.answer) : solved.answer;
    const image = solved.image ?? parseExporterResponse(await answer, builder.name);
    const kept = { spool: solved.spool, inputs: opened, spoolSizeBytes };
    const content = builderContent(repeatable, kept, context);
    return {
      ...image,
      ref: solved.ref,
      tags: plan.tags,
      exporterResponse: Promise.resolve(answer),
      content,
      via: 'direct',
      fallbacks: fallbacksOf(repeatable, ways, context),
      timingsMs: solved.timingsMs,
      [Symbol.asyncDispose]: () => content[Symbol.asyncDispose](),
    };
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw error;
  }
}

interface WantedWay {
  readonly opened: OpenedPlan;
  readonly ways: ChosenWays;
}

/** The solve itself makes the image come by another way than being read from the builder. */
async function runByWay(
  via: SolvingWay,
  repeatable: RepeatableSolve,
  { opened, ways }: WantedWay,
  context: CallContext,
): Promise<BuildResult & AsyncDisposable> {
  const { plan, builder } = repeatable;
  const { openByWay } = await import('./result/ways/open-by-way.js');
  const way = await openByWay(via, repeatable, ways.repository, context);
  const { ref, answer, timingsMs } = way.solved;
  const finished = opened.finish ? Promise.resolve(await opened.finish(answer)) : answer;
  const image = way.image ?? parseExporterResponse(await finished, builder.name);
  return {
    ...image,
    ref,
    tags: plan.tags,
    exporterResponse: finished,
    content: way.content,
    via,
    timingsMs,
    async [Symbol.asyncDispose]() {
      await way[Symbol.asyncDispose]();
      await opened[Symbol.asyncDispose]();
    },
  };
}

import type { BuildKit } from '../buildkit/buildkit.js';
import type { CallContext } from '../call-context.js';
import { WarmdockError } from '../errors.js';
import { openInputs } from './inputs/open-inputs.js';
import type { BuildPlan } from './plan/build-plan.js';
import { checkRun } from './request-checks.js';
import type { BuildResult } from './result/build-result.js';
import { builderContent } from './result/builder-content.js';
import { parseExporterResponse } from './result/exporter-response.js';
import { solveAndKeep } from './result/solve-and-keep.js';
import type { RunOptions } from './run-options.js';
import { addServices } from './solve/solve-options.js';

/**
 * Runs the plan as one solve, for the image alone: a plan with outputs is run by `runOutputs`.
 * Dispose of the result, which may hold temporary files, after its load.
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
  const opened = await openInputs(plan, builder, context);
  const { exporter, attachables = [], spoolSizeBytes } = options;
  const services = addServices(opened.services, { attachables });
  const solve = { exporter, services, links: options };
  try {
    const solved = await solveAndKeep(opened.plan, builder, solve, context);
    const answer = opened.finish ? await opened.finish(solved.answer) : solved.answer;
    const image = solved.image ?? parseExporterResponse(await answer, builder.name);
    const kept = { spool: solved.spool, inputs: opened, spoolSizeBytes };
    const content = builderContent({ plan: opened.plan, builder, solve }, kept, context);
    return {
      ...image,
      ref: solved.ref,
      tags: plan.tags,
      exporterResponse: Promise.resolve(answer),
      content,
      timingsMs: solved.timingsMs,
      [Symbol.asyncDispose]: () => content[Symbol.asyncDispose](),
    };
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw error;
  }
}

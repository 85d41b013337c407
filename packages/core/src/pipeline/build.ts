import type { CallContext } from '../call-context.js';
import { borrowEngine } from '../engine/borrow-engine.js';
import type { BuildOutcome, LoadedBuild } from './build-outcome.js';
import type { BuildRequest, LoadingBuildRequest } from './build-request.js';
import { type OpenBuilder, openBuilder } from './builders/open-builder.js';
import type { BuildPlan } from './plan/build-plan.js';
import { planBuild } from './plan/plan-build.js';
import { checkRequest } from './request-checks.js';
import { runPlan } from './run-plan.js';

/**
 * Builds on the builder and brings the image into the local daemon, sending only missing layers;
 * with `outputs` or `push`, makes those instead or besides.
 *
 * The daemon is asked what it holds while the build runs. A builder that is the daemon's own
 * embedded BuildKit leaves the image in place and nothing is sent. Throws what `planBuild`,
 * `runBuild`, `runOutputs` and `loadImage` throw; on any failure the tags stay where they were.
 */
export function build(request: LoadingBuildRequest, context?: CallContext): Promise<LoadedBuild>;
export function build(request: BuildRequest, context?: CallContext): Promise<BuildOutcome>;
export async function build(
  request: BuildRequest,
  context: CallContext = {},
): Promise<BuildOutcome> {
  checkRequest('build', request, context);
  const start = performance.now();
  const plan = planRequest(request, context);
  await using borrowed = borrowEngine(request.engine, context);
  const { engine } = borrowed;
  const { grpc, bootstrap } = request;
  const builder = await openBuilder(request.builder, engine, { grpc, bootstrap }, context);
  if ('driver' in builder) {
    const { name, driver } = builder;
    context.onProgress?.({ type: 'builder', name, driver });
  }
  const close = () => builder.close();
  try {
    // To ask over an open connection costs no time worth saving.
    const observesEagerly = typeof request.engine === 'object';
    const { via, registry } = request;
    const run = { observesEagerly, via, registry };
    const outcome = await runPlan(plan, { builder, engine }, run, context);
    const provenance = request.withProvenance
      ? recordedProvenance(outcome, builder, context)
      : undefined;
    (provenance ?? outcome.exporterResponse).then(close, close);
    if (!outcome.load) return { ...outcome, provenance };
    const timingsMs = { ...outcome.load.timingsMs, total: performance.now() - start };
    return { ...outcome, provenance, load: { ...outcome.load, timingsMs } };
  } catch (error) {
    close();
    throw error;
  }
}

/** The plan for what a request wants built. */
export function planRequest(request: BuildRequest, context: CallContext): BuildPlan {
  const { builder, engine, grpc, bootstrap, withProvenance, via, registry, ...options } = request;
  return planBuild(options, context);
}

function recordedProvenance(
  { ref, exporterResponse }: BuildOutcome,
  { buildkit }: OpenBuilder,
  { signal }: CallContext,
): BuildOutcome['provenance'] {
  return exporterResponse.then(async () => {
    const { readProvenance } = await import('./result/provenance.js');
    return readProvenance(buildkit, ref, { signal });
  });
}

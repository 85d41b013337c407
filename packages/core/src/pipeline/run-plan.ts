import type { SolveStatus } from '../buildkit/solve-status.js';
import type { CallContext } from '../call-context.js';
import type { Engine } from '../engine/engine.js';
import { checkArgument } from '../options/check-options.js';
import type { OnProgress, Progress } from '../progress.js';
import type { ConnectedPlace } from './build-in-engine.js';
import type { BuildOutcome, LoadedBuild } from './build-outcome.js';
import type { OpenBuilder } from './builders/open-builder.js';
import { engine as anEngine, openedBuilder } from './checks/instances.js';
import { type EngineObservation, observeEngine } from './compare/observe-engine.js';
import { loadImage } from './load/load-image.js';
import type { BuildPlan } from './plan/build-plan.js';
import { checkRun } from './request-checks.js';
import { runBuild } from './run-build.js';
import type { RunPlanOptions } from './run-options.js';

/** Where a plan is run, and where its image goes. */
export interface BuildPlace {
  readonly builder: OpenBuilder;
  readonly engine: Engine;
}

/**
 * Runs a plan to its end: the image in the daemon, or what the plan says of outputs.
 *
 * Throws what `runBuild`, `runOutputs` and `loadImage` throw; on any failure the tags stay where they were.
 */
export async function runPlan(
  plan: BuildPlan,
  { builder, engine }: BuildPlace,
  options: RunPlanOptions = {},
  context: CallContext = {},
): Promise<BuildOutcome> {
  checkArgument('runPlan', 'builder', builder, openedBuilder);
  checkArgument('runPlan', 'engine', engine, anEngine);
  const { buildkit, inEngine } = builder;
  checkRun('runPlan', { plan, builder: buildkit }, options, context);
  const place = { buildkit, engine };
  if (plan.outputs) {
    const { buildOutputs } = await import('./build-outputs.js');
    return buildOutputs(plan, place, { ...options, inEngine }, context);
  }
  if (inEngine) {
    const { buildInEngine } = await import('./build-in-engine.js');
    return buildInEngine(plan, place, options, context);
  }
  return buildAndLoad(plan, place, options, context);
}

async function buildAndLoad(
  plan: BuildPlan,
  { buildkit, engine }: ConnectedPlace,
  options: RunPlanOptions,
  context: CallContext,
): Promise<LoadedBuild> {
  const { signal } = context;
  const either = new AbortController();
  const both = signal ? AbortSignal.any([signal, either.signal]) : either.signal;
  const step = firstStep(context.onProgress);
  const stopping = { ...context, signal: both, onProgress: step.onProgress };
  const building = runBuild(plan, buildkit, options, stopping);
  const begin = options.observesEagerly ? buildkit.connect({ signal: both }) : step.ended;
  const observing = Promise.race([begin, building]).then(() =>
    observeEngine(engine, plan.tags, { signal: both, builderContent: buildkit.content }),
  );
  const [built, observed] = await untilEitherFails(building, observing, either);
  await using result = built;
  return { ...result, load: await loadImage(result, engine, { observed }, context) };
}

/**
 * Tells when the builder has done its first step, the reading of the Dockerfile: a transfer is
 * over, or another step is there (one is called completed and starts anew before its transfer).
 *
 * Until then it waits for this side, and every millisecond spent here on the daemon is one that it idles.
 */
function firstStep(onProgress: OnProgress | undefined) {
  const steps = new Set<string>();
  const isLater = ({ vertexes, statuses }: SolveStatus) => {
    for (const { digest } of vertexes) steps.add(digest);
    return steps.size > 1 || statuses.some(({ completed }) => completed);
  };
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return {
    ended,
    onProgress(event: Progress) {
      if (event.type === 'solve' && isLater(event.status)) end();
      onProgress?.(event);
    },
  };
}

/** A dead daemon must not wait for a long build to be noticed: the first failure stops the other side and is the one reported. */
async function untilEitherFails<T>(
  building: Promise<T>,
  observing: Promise<EngineObservation>,
  stop: AbortController,
): Promise<[T, EngineObservation]> {
  try {
    return await Promise.all([building, observing]);
  } catch (error) {
    stop.abort();
    await Promise.allSettled([building, observing]);
    throw error;
  }
}

import type { BuildKit } from '../buildkit/buildkit.js';
import type { SolveStatus } from '../buildkit/solve-status.js';
import type { Engine } from '../engine/engine.js';
import { checkArgument } from '../options/check-options.js';
import type { BuildPlan } from './build-plan.js';
import type { BuildOutcome, LoadedBuild } from './build-result.js';
import { checkRun } from './check-run.js';
import type { OpenBuilder } from './choose-builder.js';
import { loadImage } from './load-image.js';
import { type EngineObservation, observeEngine } from './observe-engine.js';
import { engine as anEngine, openedBuilder } from './option-checks.js';
import type { OnProgress, Progress } from './progress.js';
import { runBuild } from './run-build.js';
import type { RunOutputsOptions } from './run-outputs.js';

export interface RunPlanOptions extends Omit<RunOutputsOptions, 'inEngine'> {
  /**
   * Whether to ask the daemon as soon as the builder is connected, default false: after the builder's
   * first step, since what this side does before that the builder waits for.
   */
  readonly asksAtOnce?: boolean | undefined;
}

/**
 * Runs a plan to its end: the image in the daemon, or what the plan says of outputs.
 *
 * Throws what `runBuild`, `runOutputs` and `loadImage` throw; on any failure the tags stay where they were.
 */
export async function runPlan(
  plan: BuildPlan,
  builder: OpenBuilder,
  engine: Engine,
  options: RunPlanOptions = {},
): Promise<BuildOutcome> {
  checkArgument('runPlan', 'builder', builder, openedBuilder);
  checkArgument('runPlan', 'engine', engine, anEngine);
  const { buildkit, inEngine } = builder;
  checkRun('runPlan', plan, buildkit, options);
  if (plan.outputs) {
    const { buildOutputs } = await import('./build-outputs.js');
    return buildOutputs(plan, buildkit, engine, { ...options, inEngine });
  }
  if (inEngine) {
    const { buildInEngine } = await import('./build-in-engine.js');
    return buildInEngine(plan, buildkit, engine, options);
  }
  return buildAndLoad(plan, buildkit, engine, options);
}

async function buildAndLoad(
  plan: BuildPlan,
  buildkit: BuildKit,
  engine: Engine,
  options: RunPlanOptions,
): Promise<LoadedBuild> {
  const { signal, onProgress, asksAtOnce = false } = options;
  const either = new AbortController();
  const both = signal ? AbortSignal.any([signal, either.signal]) : either.signal;
  const step = firstStep(onProgress);
  const building = runBuild(plan, buildkit, {
    ...options,
    signal: both,
    onProgress: step.onProgress,
  });
  const begin = asksAtOnce ? buildkit.connect({ signal: both }) : step.ended;
  const observing = Promise.race([begin, building]).then(() =>
    observeEngine(engine, plan.tags, { signal: both, builderContent: buildkit.content }),
  );
  const [result, observed] = await untilEitherFails(building, observing, either);
  try {
    const load = await loadImage(result, engine, {
      observed,
      onProgress,
      env: options.env,
      ...(signal && { signal }),
    });
    return { ...result, load };
  } finally {
    await result.content[Symbol.asyncDispose]();
  }
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

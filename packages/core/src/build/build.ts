import type { Writable } from 'node:stream';
import type { BuildKit } from '../buildkit/buildkit.js';
import type { SolveStatus } from '../buildkit/solve-status.js';
import { connectEngine, type Engine } from '../engine/engine.js';
import { resolveEngineEndpoint } from '../engine/resolve-endpoint.js';
import type { BuildOptions, BuildPlan } from './build-plan.js';
import type { BuildOutcome, LoadedBuild } from './build-result.js';
import { type ChosenBuilder, openBuilder } from './choose-builder.js';
import { loadImage } from './load-image.js';
import { type EngineObservation, observeEngine } from './observe-engine.js';
import { planBuild } from './plan-build.js';
import type { OnProgress, Progress } from './progress.js';
import { type RunBuildOptions, runBuild } from './run-build.js';

export interface BuildCallOptions extends BuildOptions {
  /**
   * A builder's address (`tcp://`, `unix://`) or name in buildx's store, or an open connection that is
   * kept for further builds. Default: the one that buildx would choose.
   */
  readonly builder?: string | BuildKit | undefined;
  /** The daemon to load into: its address, or an open connection. Default: as the docker CLI finds it. */
  readonly engine?: string | Engine | undefined;
  /** What is read for a `-` as context or Dockerfile, default `process.stdin`; at most once. */
  readonly stdin?: AsyncIterable<Uint8Array> | undefined;
  /** Where an output with the destination `-` goes, default `process.stdout`; stays open. */
  readonly stdout?: Writable | undefined;
  /** Default `process.env`. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly targets?: RunBuildOptions['targets'];
  readonly onResult?: RunBuildOptions['onResult'];
}

/** Options of a build whose image is loaded, and nothing else. */
export interface LoadingBuildOptions extends BuildCallOptions {
  readonly outputs?: undefined;
  readonly push?: false | undefined;
  readonly load?: true | undefined;
}

/**
 * Builds on the builder and brings the image into the local daemon, sending only missing layers;
 * with `outputs` or `push`, makes those instead or besides.
 *
 * The daemon is asked what it holds while the build runs. A builder that is the daemon's own
 * embedded BuildKit leaves the image in place and nothing is sent. Throws what `planBuild`,
 * `runBuild`, `runOutputs` and `loadImage` throw; on any failure the tags stay where they were.
 */
export function build(options: LoadingBuildOptions): Promise<LoadedBuild>;
export function build(options: BuildCallOptions): Promise<BuildOutcome>;
export async function build(options: BuildCallOptions): Promise<BuildOutcome> {
  const start = performance.now();
  const env = options.env ?? process.env;
  const plan = planBuild(options);
  const engine =
    typeof options.engine === 'object'
      ? options.engine
      : connectEngine({ endpoint: resolveEngineEndpoint({ address: options.engine, env }) });
  try {
    const builder = await theBuilder(options, engine, env);
    const close = () => {
      if (typeof options.builder !== 'object') builder.close();
    };
    try {
      const outcome = await buildAndLoad(plan, builder, engine, { ...options, env });
      outcome.exporterResponse.then(close, close);
      if (!outcome.load) return outcome;
      const timingsMs = { ...outcome.load.timingsMs, total: performance.now() - start };
      return { ...outcome, load: { ...outcome.load, timingsMs } };
    } catch (error) {
      close();
      throw error;
    }
  } finally {
    if (engine !== options.engine) engine.close();
  }
}

async function theBuilder(
  { builder }: BuildCallOptions,
  engine: Engine,
  env: NodeJS.ProcessEnv,
): Promise<ChosenBuilder> {
  if (typeof builder === 'object') return { buildkit: builder, inEngine: false, close: () => {} };
  return openBuilder(builder, engine, env);
}

async function buildAndLoad(
  plan: BuildPlan,
  { buildkit, inEngine }: ChosenBuilder,
  engine: Engine,
  options: BuildCallOptions,
): Promise<BuildOutcome> {
  const { signal, onProgress, stdout } = options;
  const running = runOptionsOf(options);
  if (plan.outputs) {
    const { buildOutputs } = await import('./build-outputs.js');
    return buildOutputs(plan, buildkit, engine, { ...running, stdout, inEngine });
  }
  if (inEngine) {
    const { buildInEngine } = await import('./build-in-engine.js');
    return buildInEngine(plan, buildkit, engine, running);
  }
  const either = new AbortController();
  const both = signal ? AbortSignal.any([signal, either.signal]) : either.signal;
  const step = firstStep(onProgress);
  // To ask over an open connection costs no time worth saving.
  const isOpen = typeof options.engine === 'object';
  const building = runBuild(plan, buildkit, {
    ...running,
    signal: both,
    onProgress: step.onProgress,
  });
  const begin = isOpen ? buildkit.connect({ signal: both }) : step.ended;
  const observing = Promise.race([begin, building]).then(() =>
    observeEngine(engine, plan.tags, { signal: both, builderContent: buildkit.content }),
  );
  const [result, observed] = await untilEitherFails(building, observing, either);
  try {
    const load = await loadImage(result, engine, {
      observed,
      onProgress,
      ...(signal && { signal }),
    });
    return { ...result, load };
  } finally {
    await result.content[Symbol.asyncDispose]();
  }
}

function runOptionsOf(options: BuildCallOptions): RunBuildOptions {
  const { env, signal, onProgress, stdin, targets, onResult } = options;
  return { env, signal, onProgress, stdin, targets, onResult };
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

import type { Writable } from 'node:stream';
import { connectEngine, type Engine } from '../engine/engine.js';
import { resolveEngineEndpoint } from '../engine/resolve-endpoint.js';
import { checkOptions } from '../options/check-options.js';
import type { BuildOptions } from './build-plan.js';
import type { BuildOutcome, LoadedBuild } from './build-result.js';
import {
  type OpenBuilder,
  type OpenBuilderOptions,
  openBuilder,
  type WantedBuilder,
} from './choose-builder.js';
import { buildChecks } from './option-checks.js';
import { planBuild } from './plan-build.js';
import type { OnProgress } from './progress.js';
import { runPlan } from './run-plan.js';

export interface BuildCallOptions extends BuildOptions, OpenBuilderOptions {
  /**
   * A builder's address (`tcp://`, `unix://`, `docker-container://`) or name in buildx's store, what
   * `explainBuilder` chose, or an open connection that is kept for further builds. Default: the one that
   * buildx would choose.
   */
  readonly builder?: WantedBuilder;
  /** The daemon to load into: its address, or an open connection. Default: as the docker CLI finds it. */
  readonly engine?: string | Engine | undefined;
  /** What is read for a `-` as context or Dockerfile, default `process.stdin`; at most once. */
  readonly stdin?: AsyncIterable<Uint8Array> | undefined;
  /** Where an output with the destination `-` goes, default `process.stdout`; stays open. */
  readonly stdout?: Writable | undefined;
  /** Default `process.env`. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /**
   * Whether to ask the builder afterwards how it made the result, default false: `BuildOutcome.provenance`.
   * No attestation of the image is needed for that.
   */
  readonly withProvenance?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
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
export function build(options: LoadingBuildOptions): Promise<LoadedBuild & BuildOutcome>;
export function build(options: BuildCallOptions): Promise<BuildOutcome>;
export async function build(options: BuildCallOptions): Promise<BuildOutcome> {
  checkOptions('build', options, buildChecks, ['context']);
  const start = performance.now();
  const env = options.env ?? process.env;
  const plan = planBuild(options);
  const engine =
    typeof options.engine === 'object'
      ? options.engine
      : connectEngine({ endpoint: resolveEngineEndpoint({ address: options.engine, env }) });
  try {
    const { onProgress, grpc } = options;
    const builder = await openBuilder(options.builder, engine, env, { onProgress, grpc });
    if ('driver' in builder) {
      const { name, driver } = builder;
      onProgress?.({ type: 'builder', name, driver });
    }
    const close = () => builder.close();
    try {
      // To ask over an open connection costs no time worth saving.
      const asksAtOnce = typeof options.engine === 'object';
      const outcome = await runPlan(plan, builder, engine, { ...options, env, asksAtOnce });
      const provenance = recordedProvenance(outcome, builder, options);
      (provenance ?? outcome.exporterResponse).then(close, close);
      if (!outcome.load) return { ...outcome, provenance };
      const timingsMs = { ...outcome.load.timingsMs, total: performance.now() - start };
      return { ...outcome, provenance, load: { ...outcome.load, timingsMs } };
    } catch (error) {
      close();
      throw error;
    }
  } finally {
    if (engine !== options.engine) engine.close();
  }
}

function recordedProvenance(
  { ref, exporterResponse }: BuildOutcome,
  { buildkit }: OpenBuilder,
  { withProvenance, signal }: BuildCallOptions,
): BuildOutcome['provenance'] {
  if (!withProvenance) return undefined;
  return exporterResponse.then(async () => {
    const { readProvenance } = await import('./provenance.js');
    return readProvenance(buildkit, ref, { signal });
  });
}

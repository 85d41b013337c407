import type { BuildKit } from '../buildkit/buildkit.js';
import type { Attachable } from '../buildkit/session/session.js';
import type { Exporter, Solved } from '../buildkit/solve.js';
import type { SolveStatus } from '../buildkit/solve-status.js';
import { answeredImage } from './answered-image.js';
import type { BuildPlan } from './build-plan.js';
import type { BuildResult } from './build-result.js';
import { builderContent, type DisposableSource, isSmall } from './builder-content.js';
import { contextKey } from './context-key.js';
import type { OnProgress } from './progress.js';
import { sessionServices } from './session-services.js';
import { checkedSources } from './sources.js';
import { afterUnfinished, untilAnswered } from './unfinished-builds.js';

export interface RunBuildOptions {
  signal?: AbortSignal | undefined;
  onProgress?: OnProgress | undefined;
  /** Where credentials and secrets are looked up, default `process.env`. */
  env?: NodeJS.ProcessEnv | undefined;
  /** What becomes of the result, default an image in the builder's content store. */
  exporter?: Exporter | undefined;
  /** Services for the builder beside the plan's directories, secrets and the user's credentials. */
  attachables?: readonly Attachable[] | undefined;
}

/**
 * An image that stays in the builder, named by nobody.
 *
 * Media types and compression are pinned because BuildKit changed its default in 0.31: the same
 * build must have the same digest on every builder.
 */
export function imageExporter(plan: BuildPlan): Exporter {
  return { type: 'image', attrs: imageAttrs(plan) };
}

/** What decides an image's digest, for any exporter that makes one. */
export function imageAttrs({ compression }: BuildPlan): Record<string, string> {
  return { 'oci-mediatypes': 'true', compression };
}

/** A result whose `content` may hold temporary files; dispose of it after the load. */
export interface RunningResult extends BuildResult {
  readonly content: DisposableSource;
}

/**
 * Runs the plan as one solve.
 *
 * Throws `BuildError` when the Dockerfile fails, `INVALID_ARGUMENT` for a missing context or
 * Dockerfile, `UNAVAILABLE` when the builder cannot be reached or goes away, `CANCELLED`.
 */
export async function runBuild(
  plan: BuildPlan,
  builder: BuildKit,
  options: RunBuildOptions = {},
): Promise<RunningResult> {
  const { image, answer, timingsMs, spool } = await solveKept(plan, builder, options);
  return {
    ...(image ?? answeredImage(await answer, builder.name)),
    tags: plan.tags,
    exporterResponse: answer,
    content: builderContent(plan, builder, options, spool),
    timingsMs,
  };
}

/**
 * The solve, together with what has to be kept of it.
 *
 * Attestations tell the time: no later solve makes the same ones, and a builder may collect them
 * within milliseconds. So the solve itself sends them, and all that is as small.
 */
async function solveKept(
  plan: BuildPlan,
  builder: BuildKit,
  options: RunBuildOptions,
): Promise<TimedSolve & { spool?: DisposableSource }> {
  const isAttested = Object.keys(plan.frontendAttrs).some((key) => key.startsWith('attest:'));
  if (!isAttested || options.exporter) return runSolve(plan, builder, options);
  const { spoolImage } = await import('./spool-image.js');
  return spoolImage(plan, builder, isSmall, options);
}

export interface TimedSolve extends Solved, Pick<BuildResult, 'timingsMs'> {}

/** The solve of `runBuild` with any exporter; its session stays open until the answer. */
export async function runSolve(
  plan: BuildPlan,
  builder: BuildKit,
  options: RunBuildOptions,
): Promise<TimedSolve> {
  const { signal, onProgress, env = process.env, exporter = imageExporter(plan) } = options;
  const frontendAttrs = { ...plan.frontendAttrs, ...checkedSources(plan) };
  const start = performance.now();
  const sharedKey = plan.contextKey ?? contextKey(plan.locals, env);
  await builder.connect({ signal });
  const connected = performance.now();
  const session = builder.startSession({
    attachables: [...sessionServices(plan, env, onProgress), ...(options.attachables ?? [])],
    sharedKey,
  });
  const onStatus = onProgress && ((status: SolveStatus) => onProgress({ type: 'solve', status }));
  const close = () => session.close();
  try {
    await afterUnfinished(builder, sharedKey, { env, signal });
    const request = { frontend: plan.frontend, frontendAttrs, exporter };
    const solved = await builder.solve(request, { session, signal, onStatus });
    const timingsMs = { connect: connected - start, solve: performance.now() - connected };
    solved.answer.then(close, close);
    untilAnswered(builder, sharedKey, solved, env);
    return { ...solved, timingsMs };
  } catch (error) {
    close();
    throw error;
  }
}

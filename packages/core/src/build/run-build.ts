import type { BuildKit } from '../buildkit/buildkit.js';
import type { FrontendResult } from '../buildkit/frontend-result.js';
import type { SessionStores } from '../buildkit/session/content-store.js';
import { lazyContentStores } from '../buildkit/session/lazy-services.js';
import type { Attachable, Session } from '../buildkit/session/session.js';
import type { CacheBackend, Exporter, Solved } from '../buildkit/solve.js';
import type { SolveStatus } from '../buildkit/solve-status.js';
import { WarmdockError } from '../errors.js';
import { answeredImage } from './answered-image.js';
import type { BuildPlan } from './build-plan.js';
import type { BuildResult } from './build-result.js';
import { builderContent, type DisposableSource, isSmall } from './builder-content.js';
import { checkRun } from './check-run.js';
import { contextKey } from './context-key.js';
import { openPlan } from './open-plan.js';
import type { OnProgress } from './progress.js';
import { sessionServices } from './session-services.js';
import type { SharedLocals } from './shared-locals.js';
import { checkedSources } from './sources.js';
import { sendingExporter, sentImage } from './spool/sent-image.js';
import { linkTargets } from './target-contexts.js';
import { afterUnfinished, untilAnswered } from './unfinished-builds.js';

export interface RunBuildOptions {
  signal?: AbortSignal | undefined;
  onProgress?: OnProgress | undefined;
  /** Where credentials and secrets are looked up, default `process.env`. */
  env?: NodeJS.ProcessEnv | undefined;
  /** What is read where the plan says standard input, default `process.stdin`; read at most once. */
  stdin?: AsyncIterable<Uint8Array> | undefined;
  /** What becomes of the result, default an image in the builder's content store. */
  exporter?: Exporter | undefined;
  /** Results of other builds on this builder, by the names that `target:NAME` contexts give them. */
  targets?: ReadonlyMap<string, FrontendResult> | undefined;
  /**
   * Called once every step is done, with what other builds can begin with. Export and load follow
   * when the promise is fulfilled; a rejection fails the build.
   */
  onResult?: ((result: FrontendResult) => Promise<unknown>) | undefined;
  /** Directories that other builds of the pass read too. */
  shared?: SharedLocals | undefined;
  /**
   * About how many bytes of layers, of those that the builder has to send since it does not hold them,
   * are kept here at a time; default 512 MiB.
   */
  spoolBytes?: number | undefined;
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
export function imageAttrs({ compression, imageAttrs }: BuildPlan): Record<string, string> {
  return { 'oci-mediatypes': 'true', compression, ...imageAttrs };
}

/** A result whose `content` may hold temporary files; dispose of it after the load. */
export interface RunningResult extends BuildResult {
  readonly content: DisposableSource;
}

/**
 * Runs the plan as one solve, for the image alone: a plan with outputs is run by `runOutputs`.
 *
 * Throws `BuildError` when the Dockerfile fails, `INVALID_ARGUMENT` for a missing context or
 * Dockerfile, `UNAVAILABLE` when the builder cannot be reached or goes away, `CANCELLED`.
 */
export async function runBuild(
  plan: BuildPlan,
  builder: BuildKit,
  options: RunBuildOptions = {},
): Promise<RunningResult> {
  checkRun('runBuild', plan, builder, options);
  if (plan.outputs) {
    throw new WarmdockError('INVALID_ARGUMENT', 'this plan has outputs: run it with runOutputs');
  }
  const opened = await openPlan(plan, builder, options);
  try {
    const solved = await solveKept(opened.plan, builder, opened.options);
    const answer = opened.finish ? await opened.finish(solved.answer) : solved.answer;
    const image = solved.image ?? answeredImage(await answer, builder.name);
    return {
      ...image,
      ref: solved.ref,
      tags: plan.tags,
      exporterResponse: Promise.resolve(answer),
      content: builderContent(opened.plan, builder, opened.options, {
        spool: solved.spool,
        inputs: opened,
      }),
      timingsMs: solved.timingsMs,
    };
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw error;
  }
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
  options: RunSolveOptions,
): Promise<SpooledSolve> {
  if (options.exporter) return runSolve(plan, builder, options);
  if (!isAttested(plan)) return solveWithOld(plan, builder, options);
  const { spoolImage } = await import('./spool/spool-image.js');
  return spoolImage(plan, builder, { wants: isSmall }, options);
}

/**
 * The solve with an exporter for builders before 0.13, so that what one of them makes comes here
 * while it is at it: before 0.11 there is no other way to read an image.
 */
async function solveWithOld(
  plan: BuildPlan,
  builder: BuildKit,
  options: RunSolveOptions,
): Promise<SpooledSolve> {
  const sent = sentImage(builder.name, { wants: isSmall }, options);
  try {
    const oldExporter = sendingExporter(imageAttrs(plan));
    const solved = await runSolve(plan, builder, { ...options, ...sent.services, oldExporter });
    const spool = await sent.begun();
    if (spool) await solved.answer;
    return { ...solved, spool };
  } catch (error) {
    await (await sent.begun())?.[Symbol.asyncDispose]();
    throw error;
  }
}

interface SpooledSolve extends TimedSolve {
  readonly spool?: DisposableSource | undefined;
}

/** Whether the image comes with attestations. */
export function isAttested({ frontendAttrs }: BuildPlan): boolean {
  return Object.keys(frontendAttrs).some((key) => key.startsWith('attest:'));
}

export interface TimedSolve extends Solved, Pick<BuildResult, 'timingsMs'> {}

/** All that a solve may need beside the plan. */
export interface RunSolveOptions extends RunBuildOptions {
  /** Instead of `exporter`; none leaves the result in the builder's cache. */
  exporters?: readonly Exporter[] | undefined;
  /** As in `SolveRequest`. */
  oldExporter?: Exporter | undefined;
  /** Content stores of the session. */
  stores?: SessionStores | undefined;
  /** With their credentials, which a plan does not hold. */
  cacheImports?: readonly CacheBackend[] | undefined;
  cacheExports?: readonly CacheBackend[] | undefined;
}

/** The solve of `runBuild` with any exporter; its session stays open until the answer. */
export async function runSolve(
  plan: BuildPlan,
  builder: BuildKit,
  options: RunSolveOptions,
): Promise<TimedSolve> {
  const { signal, onProgress, env = process.env, stores, onResult } = options;
  const { exporters = [options.exporter ?? imageExporter(plan)] } = options;
  const { frontendAttrs, inputs, locals } = linkedSources(plan, options);
  const start = performance.now();
  const sharedKey = plan.contextKey ?? contextKey(plan.locals, env);
  await builder.connect({ signal });
  const connected = performance.now();
  const session = builder.startSession({
    attachables: [
      ...sessionServices({ ...plan, locals }, env, onProgress),
      ...(options.attachables ?? []),
      ...(stores?.size ? [lazyContentStores(stores)] : []),
    ],
    sharedKey,
  });
  const onStatus = onProgress && ((status: SolveStatus) => onProgress({ type: 'solve', status }));
  const close = () => session.close();
  try {
    await afterUnfinished(builder, sharedKey, { env, signal });
    const { oldExporter, cacheImports, cacheExports } = options;
    const { frontend, entitlements } = plan;
    const request = { frontend, frontendAttrs, inputs, exporters, oldExporter, entitlements };
    const solved = await builder.solve(
      { ...request, cacheImports, cacheExports },
      { session, signal, onStatus, onResult },
    );
    const timingsMs = { connect: connected - start, solve: performance.now() - connected };
    solved.answer.then(close, close);
    untilAnswered(builder, sharedKey, solved, env);
    return { ...solved, timingsMs };
  } catch (error) {
    close();
    throw error;
  }
}

/** Where the solve's files come from: the session's own directories, shared ones, other builds. */
function linkedSources(plan: BuildPlan, { shared, targets }: RunSolveOptions) {
  const sessions = plan.locals.flatMap((local): [string, Session][] => {
    const session = shared?.sessionOf(local);
    return session ? [[local.name, session]] : [];
  });
  const attrs = {
    ...plan.frontendAttrs,
    ...checkedSources(plan),
    // The key of BuildKit's `dockerui` for a directory that another session serves.
    ...Object.fromEntries(sessions.map(([name, { id }]) => [`local-sessionid:${name}`, id])),
  };
  const served = new Set(sessions.map(([name]) => name));
  return {
    ...linkTargets(attrs, targets),
    locals: plan.locals.filter(({ name }) => !served.has(name)),
  };
}

import { randomUUID } from 'node:crypto';
import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import { cancelled, isWarmdockError, WarmdockError } from '../errors.js';
import {
  SolveRequest as SolveMessage,
  SolveResponse,
  StatusRequest,
  StatusResponse,
} from '../gen/control.js';
import { type ExportedImage, ExportedImages } from './exported-image.js';
import { type FrontendInputs, type FrontendResult, frontendInputs } from './frontend-result.js';
import type { Channel } from './grpc/channel.js';
import { GrpcStatusError } from './grpc/status.js';
import { ObservedSteps } from './observed-steps.js';
import type { Session } from './session/session.js';
import type { SolveStatus } from './solve-status.js';

/** What becomes of the result; `type` and `attrs` as BuildKit names its exporters. */
export interface Exporter {
  readonly type: string;
  readonly attrs: Readonly<Record<string, string>>;
}

/** A cache to read or to write; `type` and `attrs` as BuildKit names its cache backends. */
export interface CacheBackend {
  readonly type: string;
  readonly attrs: Readonly<Record<string, string>>;
}

/** What BuildKit is asked to build, in its own terms. */
export interface SolveRequest {
  readonly frontend: string;
  readonly frontendAttrs: Readonly<Record<string, string>>;
  /** Results of other builds that this one begins with, by the names of its named contexts. */
  readonly inputs?: ReadonlyMap<string, FrontendResult> | undefined;
  /** None leaves the result in the builder's cache; of several, BuildKit before 0.13 runs the first alone. */
  readonly exporters: readonly Exporter[];
  /** What a BuildKit before 0.13 makes instead, default the first of `exporters`: later ones never see it. */
  readonly oldExporter?: Exporter | undefined;
  readonly cacheImports?: readonly CacheBackend[] | undefined;
  readonly cacheExports?: readonly CacheBackend[] | undefined;
  /** What steps may do beyond the usual, such as `network.host`. */
  readonly entitlements?: readonly string[] | undefined;
}

/** How a solve is run, and who hears of it. */
export interface SolveOptions {
  /** Serves the solve's directories, secrets and credentials. */
  session: Session;
  signal?: AbortSignal | undefined;
  /** Called with each batch of news, in order. */
  onStatus?: ((status: SolveStatus) => void) | undefined;
  /**
   * Called once every step is done, with the result as other builds can use it; it is exported, and
   * the builder holds on to it, once the promise is fulfilled. A rejection fails the solve.
   */
  onResult?: ((result: FrontendResult) => Promise<unknown>) | undefined;
  /** How long the news may lag behind the answer, default 3 s. */
  graceMs?: number | undefined;
}

/** What came of a solve. */
export interface Solved {
  /** By which the builder knows the solve, in its history as well. */
  readonly ref: string;
  /** The image, when the builder's news told of it: that is the build's success, ahead of the answer. */
  readonly image: ExportedImage | undefined;
  /** What the exporter answered, by BuildKit's keys; rejects as `BuildKit.solve` throws. */
  readonly answer: Promise<Readonly<Record<string, string>>>;
}

/** One solve on an open channel; see `BuildKit.solve`. */
export async function sendSolve(
  channel: Channel,
  builder: string,
  request: SolveRequest,
  { session, signal, onStatus, onResult, graceMs = 3_000 }: SolveOptions,
): Promise<Solved> {
  const ref = randomUUID().replaceAll('-', '');
  const observed = new ObservedSteps();
  const exported = new ExportedImages();
  const stop = new AbortController();
  const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const call = callSolve(channel, ref, request, { session, signal: either, onResult });
  const watching = watchStatus(channel, ref, stop.signal, (status) => {
    observed.add(status);
    exported.add(status);
    onStatus?.(status);
  });
  let lost: WarmdockError | undefined;
  const losing = sessionLoss(session, builder).then((loss) => {
    lost = loss;
    // Of a whole connection that breaks the news so far say more.
    if (!channel.failure) observed.sessionLost();
    throw loss;
  });
  const ended = Promise.race([call, losing]);
  const answer = withNews(ended, watching, graceMs, signal)
    .then((bytes) => SolveResponse.decode(bytes).exporterResponse)
    .catch(async (error) => {
      // What came with the failure is taken in first.
      await setImmediate();
      throw await solveFailure({ error, lost }, builder, observed, { session, signal });
    })
    .finally(() => stop.abort());
  // For those who do not wait for it.
  answer.catch(() => {});
  const told = watching.then((isWhole) => (isWhole && exported.only ? undefined : answer));
  await Promise.race([told, answer]);
  return { ref, image: exported.only, answer };
}

/** The outcome of the solve, after all of its news unless these take too long. */
async function withNews(
  ended: Promise<Buffer>,
  watching: Promise<unknown>,
  graceMs: number,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  try {
    const answer = await ended;
    await atMost(graceMs, watching);
    return answer;
  } catch (error) {
    if (!signal?.aborted) await atMost(graceMs, watching);
    throw error;
  }
}

/** The solve itself; with `onResult` by way of BuildKit's bridge, over which results are to be had. */
function callSolve(
  channel: Channel,
  ref: string,
  request: SolveRequest,
  {
    session,
    signal,
    onResult,
  }: Pick<SolveOptions, 'session' | 'onResult'> & { signal: AbortSignal },
): Promise<Buffer> {
  const { attrs, definitions } = request.inputs ? frontendInputs(request.inputs) : noInputs;
  const frontendAttrs = {
    ...request.frontendAttrs,
    ...attrs,
    ...importAttrs(request.cacheImports ?? []),
  };
  const message = { ...solveMessage(ref, session.id, request), frontendAttrs };
  const call = (frontend: string, frontendInputs: Record<string, Buffer>) => {
    const body = SolveMessage.encode({ ...message, frontend, frontendInputs }).finish();
    return channel.unary('/moby.buildkit.v1.Control/Solve', body, { signal });
  };
  if (!onResult) return call(request.frontend, definitions);
  const { frontend } = request;
  const bridged = import('./bridge.js').then(({ solveThroughBridge }) =>
    solveThroughBridge(
      channel,
      { ref, frontend, frontendAttrs, inputs: definitions, signal },
      onResult,
    ),
  );
  // Its success is no answer to the solve.
  return Promise.race([call('', {}), bridged.then(() => new Promise<never>(() => {}))]);
}

const noInputs: FrontendInputs = { attrs: {}, definitions: {} };

function solveMessage(ref: string, session: string, request: SolveRequest) {
  const { cacheImports = [], cacheExports = [], entitlements = [] } = request;
  const exporters = request.exporters.map(copyOf);
  const old = request.oldExporter ? copyOf(request.oldExporter) : exporters[0];
  return {
    ref,
    session,
    exporters,
    exporterDeprecated: old?.type ?? '',
    exporterAttrsDeprecated: old?.attrs ?? {},
    cache: { exports: cacheExports.map(copyOf), imports: cacheImports.map(copyOf) },
    entitlements: [...entitlements],
  };
}

function copyOf({ type, attrs }: Exporter | CacheBackend) {
  return { type, attrs: { ...attrs } };
}

/** The frontend solves by itself, and reads the caches from its attributes. */
function importAttrs(imports: readonly CacheBackend[]): Record<string, string> {
  if (imports.length === 0) return {};
  return {
    'cache-imports': JSON.stringify(
      imports.map(({ type, attrs }) => ({ Type: type, Attrs: attrs })),
    ),
  };
}

/** Ends with true when the builder has told everything about the solve; a failure is the solve's own to report. */
async function watchStatus(
  channel: Channel,
  ref: string,
  signal: AbortSignal,
  report: (status: SolveStatus) => void,
): Promise<boolean> {
  const call = channel.call('/moby.buildkit.v1.Control/Status', { signal });
  call.write([StatusRequest.encode({ ref }).finish()]);
  call.end();
  try {
    for await (const message of call.messages) report(StatusResponse.decode(message));
    return true;
  } catch {
    return false;
  }
}

/** Waits for the work, but no longer than this. */
async function atMost(timeoutMs: number, work: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  const timeout = delay(timeoutMs, undefined, { signal: over.signal }).catch(() => {});
  await Promise.race([work, timeout]);
  over.abort();
}

/**
 * Resolves when the session has ended. A session that breaks leaves BuildKit waiting for it, with which
 * the solve must not wait, or fails the step that reads from it, which is not to blame.
 */
async function sessionLoss(session: Session, builder: string): Promise<WarmdockError> {
  const cause = await session.ended;
  const why = cause ? `: ${cause.message}` : '';
  const hint = isWarmdockError(cause) ? cause.hint : undefined;
  return new WarmdockError('UNAVAILABLE', `session with builder ${builder} broke off${why}`, {
    hint: hint ?? 'check that the builder is still running and reachable, then build again',
    cause,
  });
}

/** How a solve failed, and how its session, if it did. */
interface Failure {
  readonly error: unknown;
  readonly lost: WarmdockError | undefined;
}

/**
 * What this side could not write explains a failure best, then a failed step, also where its status was
 * lost on the way.
 */
async function solveFailure(
  { error, lost }: Failure,
  builder: string,
  observed: ObservedSteps,
  { session, signal }: Pick<SolveOptions, 'session' | 'signal'>,
): Promise<unknown> {
  if (signal?.aborted) return cancelled(`build on builder ${builder}`, signal);
  if (session.failure) return session.failure;
  const { buildErrorOf, buildErrorOfSteps } = await import('./build-error.js');
  if (lost && observed.failedVertex === undefined) return lost;
  if (error instanceof GrpcStatusError) return buildErrorOf(error, observed);
  return buildErrorOfSteps(observed, error) ?? error;
}

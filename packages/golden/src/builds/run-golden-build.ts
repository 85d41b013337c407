import { isWarmdockError, WarmdockError } from '@warmdock/core';
import { messageOf } from '@warmdock/core/internal';
import type { Redaction } from '../redact/redaction.js';
import { lockFile } from '../store/fs/file-lock.js';
import type { GoldenStore, Promotion } from '../store/golden-store.js';
import { newBuildId, sessionOf } from './build-id.js';
import { watchCancellation } from './cancel-build.js';
import type { DaemonLauncher } from './daemon/daemon.js';
import { dockerdLauncher } from './daemon/dockerd.js';
import { type Script, ScriptError, scriptRedaction } from './daemon/script.js';
import { type BuildLogs, logsOf, rotateLogs } from './logs/build-logs.js';
import { isPromoting, releaseOrphanedSessions } from './orphaned-sessions.js';
import { populateClone } from './populate-clone.js';
import { type BuildPaths, buildPaths } from './records/build-paths.js';
import { type BuildRecord, beginRecord, type OnState } from './records/build-record.js';
import { startTimeLimit, type TimeLimit } from './time-limit.js';

/** How a project's golden is built. */
export interface ProjectBuild {
  readonly script: Script;
  /** Default: `dockerdLauncher()`. */
  readonly daemon?: DaemonLauncher | undefined;
  /** Time limit for the build without its promotion; default one hour. */
  readonly timeoutMs?: number | undefined;
  /** How long a cancelled script may clean up before it is killed; default 5,000. */
  readonly graceMs?: number | undefined;
  /** Number of builds whose logs are kept, including this one; default 10. */
  readonly keepLogs?: number | undefined;
}

/** Which project's golden to build, and how. */
export interface GoldenBuildRequest extends ProjectBuild {
  readonly store: GoldenStore;
  readonly project: string;
}

/** What a golden build takes beside its request. */
export interface GoldenBuildContext {
  /** Cancels the build, until its promotion begins. */
  readonly signal?: AbortSignal | undefined;
  /** Called for each change of the build's state, once it is on disk. */
  readonly onState?: OnState | undefined;
}

/** A generation that a golden build made. */
export interface GoldenBuild extends Promotion {
  readonly buildId: string;
  /** Names of the images in the golden. */
  readonly images: readonly string[];
  readonly logPath: string;
}

/** A check whether the lock is free holds it that long at most. */
const lockWaitMs = 1_000;

/**
 * Builds a project's next golden: clones the current one, starts a daemon on the clone, runs the
 * start-up script, removes all containers, ends the daemon, and promotes what is left.
 *
 * Throws `CONFLICT` when another build of the project runs, `ScriptError`, `TIMEOUT`, `CANCELLED`, and
 * what the daemon's launcher and `promote` throw. The golden is then as it was, and only logs and
 * state are left of the build. `readBuildStatus` reports it and `cancelGoldenBuild` ends it, also from
 * other processes.
 */
export async function runGoldenBuild(
  request: GoldenBuildRequest,
  context: GoldenBuildContext = {},
): Promise<GoldenBuild> {
  const { store, project } = request;
  const paths = buildPaths(store.root, project);
  const operation = operationOf(project);
  await using _lock = await lockFile(
    paths.lock,
    { operation, waitMs: lockWaitMs, makesFolder: true },
    context,
  );
  return await runLockedBuild(request, paths, context);
}

/**
 * The same for a caller that holds the project's build lock. It awaits `onBegun` after it has recorded
 * the build, and before it reads anything.
 */
export async function runLockedBuild(
  request: GoldenBuildRequest,
  paths: BuildPaths,
  { signal, onState }: GoldenBuildContext,
  onBegun: () => Promise<unknown> = async () => {},
): Promise<GoldenBuild> {
  const { project, script, timeoutMs = 3_600_000, keepLogs = 10 } = request;
  const buildId = newBuildId();
  const logs = logsOf(paths.logs, buildId);
  await rotateLogs(paths.logs, keepLogs);
  const redaction = scriptRedaction(script);
  const record = await beginRecord({ project, paths, buildId, logs, onState });
  await using cancellation = watchCancellation(paths, buildId);
  const signals = [cancellation.signal, ...(signal ? [signal] : [])];
  using limit = startTimeLimit(operationOf(project), timeoutMs, AbortSignal.any(signals));
  try {
    await onBegun();
    return await buildInSession(request, { buildId, logs, redaction, record, limit });
  } catch (error) {
    // A script's error holds nothing but its log, which is redacted already.
    if (!redaction.isEmpty && !(error instanceof ScriptError)) redaction.error(error);
    // A failure to record the error matters less than the error.
    await record.fail(error).catch(() => {});
    throw error;
  }
}

interface RunningBuild {
  readonly buildId: string;
  readonly logs: BuildLogs;
  readonly redaction: Redaction;
  readonly record: BuildRecord;
  readonly limit: TimeLimit;
}

/** The session ends with the build, however that ends. */
async function buildInSession(
  request: GoldenBuildRequest,
  build: RunningBuild,
): Promise<GoldenBuild> {
  const { store, project } = request;
  const session = sessionOf(build.buildId);
  try {
    const images = await fillSession(request, build, session);
    return await promoteSession(request, build, session, images);
  } catch (error) {
    throw await released(store, project, session, error);
  }
}

async function fillSession(
  { store, project, script, daemon = dockerdLauncher(), graceMs = 5_000 }: GoldenBuildRequest,
  { logs, redaction, record, limit }: RunningBuild,
  session: string,
): Promise<string[]> {
  const { signal } = limit;
  const operation = operationOf(project);
  try {
    await releaseOrphanedSessions(store, project, { signal });
    const clone = await store.clone({ project, session, allowEmpty: true }, { signal });
    const { enter } = record;
    const images = await populateClone(clone, {
      operation,
      script,
      daemon,
      logs,
      redaction,
      graceMs,
      signal,
      enter,
    });
    signal.throwIfAborted();
    return images;
  } catch (error) {
    throw limit.explain(error);
  }
}

/** No signal and no time limit counts from here on: a promotion takes seconds and is not undone. */
async function promoteSession(
  { store }: GoldenBuildRequest,
  { buildId, logs, record }: RunningBuild,
  session: string,
  images: readonly string[],
): Promise<GoldenBuild> {
  await record.enter('promoting');
  const promotion = await store.promote({ session, images, proof: { buildId, exitCode: 0 } });
  await record.finish(promotion);
  return { ...promotion, buildId, images, logPath: logs.script };
}

function operationOf(project: string): string {
  return `golden build of ${project}`;
}

/** Releases the session of a failed build. Returns the build's error, with the release's if that failed. */
async function released(
  store: GoldenStore,
  project: string,
  session: string,
  error: unknown,
): Promise<unknown> {
  try {
    if (!(await isPromoting(store, project, session))) await store.release({ session });
    return error;
  } catch (failure) {
    if (isWarmdockError(failure) && failure.code === 'NOT_FOUND') return error;
    const code = isWarmdockError(error) ? error.code : 'INTERNAL';
    return new WarmdockError(
      code,
      `${messageOf(error)}; its session ${session} is left: ${messageOf(failure)}`,
      { hint: 'The next golden build of the project releases it.', cause: error },
    );
  }
}

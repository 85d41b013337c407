import { isWarmdockError, WarmdockError } from '@warmdock/core';
import { messageOf } from '@warmdock/core/internal';
import type { CallOptions } from '@warmdock/core/oci';
import type { Redaction } from '../redact/redaction.js';
import { lockFile } from '../store/fs/file-lock.js';
import type { GoldenStore, Promotion } from '../store/golden-store.js';
import { newBuildId, sessionOf } from './build-id.js';
import { watchCancellation } from './cancel-build.js';
import type { DaemonLauncher } from './daemon/daemon.js';
import { dockerdLauncher } from './daemon/dockerd.js';
import { type Script, ScriptError, scriptRedaction } from './daemon/script.js';
import { type BuildLogs, logsOf, rotateLogs } from './logs/build-logs.js';
import { isPromoting, releaseLeftSessions } from './orphaned-sessions.js';
import { populate } from './populate.js';
import { type BuildPaths, buildPaths } from './records/build-paths.js';
import { type BuildRecord, beginRecord, type OnState } from './records/build-record.js';
import { startTimeLimit, type TimeLimit } from './time-limit.js';

/** How a project's golden is built. */
export interface ProjectBuild {
  readonly script: Script;
  /** Default: `dockerdLauncher()`. */
  readonly daemon?: DaemonLauncher | undefined;
  /** For all of a build but its promotion; default one hour. */
  readonly timeoutMs?: number | undefined;
  /** What a script that is cancelled has to clean up before it is killed; default 5,000. */
  readonly graceMs?: number | undefined;
  /** Of how many builds to keep the logs, this one among them; default 10. */
  readonly keepLogs?: number | undefined;
}

export interface GoldenBuildOptions extends ProjectBuild, CallOptions {
  readonly store: GoldenStore;
  readonly project: string;
  readonly onState?: OnState | undefined;
}

export interface GoldenBuild extends Promotion {
  readonly buildId: string;
  /** Names of the images in the golden. */
  readonly images: readonly string[];
  readonly logPath: string;
}

/** Who looks whether the lock is free holds it that long at most. */
const lockWaitMs = 1_000;

/**
 * Builds a project's next golden: clones the current one, starts a daemon on the clone, runs the
 * start-up script, removes all containers, ends the daemon, and promotes what is left.
 *
 * The golden stays as it was, and nothing of the build is left but its logs and its state, when it
 * throws: `CONFLICT` when another build of the project runs, `ScriptError`, `TIMEOUT`, `CANCELLED`,
 * what the daemon's launcher throws, and what `promote` throws. A signal that fires during the
 * promotion comes too late. `readBuildStatus` tells how it stands, and `cancelGoldenBuild` ends it,
 * also from other processes.
 */
export async function runGoldenBuild(options: GoldenBuildOptions): Promise<GoldenBuild> {
  const { store, project, signal } = options;
  const paths = buildPaths(store.root, project);
  const operation = operationOf(project);
  await using _lock = await lockFile(paths.lock, {
    operation,
    waitMs: lockWaitMs,
    signal,
    makesFolder: true,
  });
  return await runLockedBuild(options, paths);
}

/**
 * The same for a caller that holds the project's build lock. `onBegun` is waited for when the build
 * is on record and has not looked at anything yet.
 */
export async function runLockedBuild(
  options: GoldenBuildOptions,
  paths: BuildPaths,
  onBegun: () => Promise<unknown> = async () => {},
): Promise<GoldenBuild> {
  const { project, script, onState, timeoutMs = 3_600_000, keepLogs = 10 } = options;
  const buildId = newBuildId();
  const logs = logsOf(paths.logs, buildId);
  await rotateLogs(paths.logs, keepLogs);
  const redaction = scriptRedaction(script);
  const record = await beginRecord({ project, paths, buildId, logs, onState });
  await using cancellation = watchCancellation(paths, buildId);
  const signals = [cancellation.signal, ...(options.signal ? [options.signal] : [])];
  using limit = startTimeLimit(operationOf(project), timeoutMs, AbortSignal.any(signals));
  try {
    await onBegun();
    return await buildInSession(options, { buildId, logs, redaction, record, limit });
  } catch (error) {
    // That of a script is made of its log, and of nothing else that could be secret.
    if (!redaction.isEmpty && !(error instanceof ScriptError)) redaction.error(error);
    // What keeps the error from being recorded counts less than the error.
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

/** The session ends with the build, whatever comes of it. */
async function buildInSession(
  options: GoldenBuildOptions,
  build: RunningBuild,
): Promise<GoldenBuild> {
  const { store, project } = options;
  const session = sessionOf(build.buildId);
  try {
    const images = await fillSession(options, build, session);
    return await promoteSession(options, build, session, images);
  } catch (error) {
    throw await released(store, project, session, error);
  }
}

async function fillSession(
  { store, project, script, daemon = dockerdLauncher(), graceMs = 5_000 }: GoldenBuildOptions,
  { logs, redaction, record, limit }: RunningBuild,
  session: string,
): Promise<string[]> {
  const { signal } = limit;
  const operation = operationOf(project);
  try {
    await releaseLeftSessions(store, project, { signal });
    const clone = await store.clone({ project, session, allowEmpty: true, signal });
    const { enter } = record;
    const images = await populate(clone, {
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

/** From here on no signal and no time limit counts: a promotion takes seconds, and is not undone. */
async function promoteSession(
  { store }: GoldenBuildOptions,
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

/** The error, once the session of the build that it ended is released; it says so when that failed. */
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

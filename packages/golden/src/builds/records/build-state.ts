import { isWarmdockError } from '@warmdock/core';
import { messageOf } from '@warmdock/core/internal';
import { z } from 'zod';
import { lockFile } from '../../store/fs/file-lock.js';
import type { GoldenStore } from '../../store/golden-store.js';
import { ownerSchema, stateOfOwner } from '../../store/records/owner.js';
import { readJson } from '../../store/records/read-json.js';
import { ScriptError } from '../daemon/script.js';
import { type BuildPaths, buildPaths } from './build-paths.js';
import { type QueuedBuild, readQueuedBuild } from './queued-build.js';

const lastError = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string().optional(),
  exitCode: z.number().int().optional(),
});

/** Content of `build.json`, which exists after the first build. */
export const buildStateSchema = z.object({
  format: z.literal(1),
  status: z.enum(['building', 'ready', 'failed']),
  promotion: z.enum(['none', 'running', 'done', 'failed']),
  phase: z.enum(['cloning', 'starting', 'running', 'quiescing', 'promoting']).optional(),
  buildId: z.string(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().optional(),
  generation: z.number().int().positive().optional(),
  sizeBytes: z.number().optional(),
  addedBytes: z.number().optional(),
  lastError: lastError.optional(),
  logPath: z.string(),
  daemonLogPath: z.string(),
  owner: ownerSchema,
});

export type BuildState = z.infer<typeof buildStateSchema>;

/** What a running golden build does. */
export type BuildPhase = 'cloning' | 'starting' | 'running' | 'quiescing' | 'promoting';

/** Why a golden build failed. */
export interface LastError {
  /** An `ErrorCode`, including `CANCELLED` and `TIMEOUT`. */
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  /** Exit code of the start-up script, when that failed. */
  readonly exitCode?: number | undefined;
}

/** The state of a project's golden builds; times are in ISO 8601. */
export interface BuildStatus {
  readonly project: string;
  /** State of the build, `none` before the first; `promotion` says whether it became a golden. */
  readonly status: 'none' | 'building' | 'ready' | 'failed';
  readonly promotion: 'none' | 'running' | 'done' | 'failed';
  /** Phase of a running build. */
  readonly phase?: BuildPhase | undefined;
  readonly buildId?: string | undefined;
  readonly startedAt?: string | undefined;
  readonly finishedAt?: string | undefined;
  /** The last generation that any golden build of this project made. */
  readonly generation?: number | undefined;
  readonly sizeBytes?: number | undefined;
  readonly addedBytes?: number | undefined;
  /** Error of this build, or of the previous one while this one runs. */
  readonly lastError?: LastError | undefined;
  readonly logPath?: string | undefined;
  readonly daemonLogPath?: string | undefined;
  /** Time since the running build began, or the time that the last one took. */
  readonly elapsedMs?: number | undefined;
  /** The queued build, which has not begun. */
  readonly pending?: QueuedBuild | undefined;
}

/**
 * Reads the state of a project's golden builds from disk, whichever process runs them, even if it
 * was killed.
 */
export async function readBuildStatus(store: GoldenStore, project: string): Promise<BuildStatus> {
  const paths = buildPaths(store.root, project);
  const pending = await readQueuedBuild(paths);
  const state = await readState(paths);
  if (!state) return { project, status: 'none', promotion: 'none', pending };
  if ('code' in state)
    return { project, status: 'failed', promotion: 'none', lastError: state, pending };
  const isLost = state.status === 'building' && (await isAbandoned(state, paths));
  return { ...statusOf(project, isLost ? await endOf(store, project, state) : state), pending };
}

/** An unreadable state counts as a failed build, so that it does not affect other projects. */
async function readState({ state }: BuildPaths) {
  try {
    return await readJson(state, buildStateSchema);
  } catch (error) {
    if (isWarmdockError(error) && error.code === 'CONFLICT') return lastErrorOf(error);
    throw error;
  }
}

export function statusOf(project: string, state: BuildState): BuildStatus {
  const { format: _format, owner: _owner, ...told } = state;
  return { project, ...told, elapsedMs: elapsedMsOf(state) };
}

/** Nobody knows when a killed build ended. */
function elapsedMsOf({ startedAt, finishedAt, status }: BuildState): number | undefined {
  if (finishedAt === undefined && status !== 'building') return undefined;
  const end = finishedAt === undefined ? Date.now() : Date.parse(finishedAt);
  return end - Date.parse(startedAt);
}

export function lastErrorOf(error: unknown): NonNullable<BuildState['lastError']> {
  return {
    code: isWarmdockError(error) ? error.code : 'INTERNAL',
    message: messageOf(error),
    hint: isWarmdockError(error) ? error.hint : undefined,
    exitCode: error instanceof ScriptError ? error.exitCode : undefined,
  };
}

/** Processes of other pid namespaces are invisible, but their locks are not. */
async function isAbandoned({ owner }: BuildState, { lock }: BuildPaths): Promise<boolean> {
  const state = stateOfOwner(owner);
  return state === 'unknown' ? isFree(lock) : state === 'dead';
}

async function isFree(lock: string): Promise<boolean> {
  try {
    await using _lock = await lockFile(lock, { operation: 'looking at a golden build' });
    return true;
  } catch (error) {
    if (isWarmdockError(error) && error.code === 'CONFLICT') return false;
    throw error;
  }
}

/**
 * The outcome of a build whose process was killed. The store finishes a promotion that had begun.
 */
async function endOf(store: GoldenStore, project: string, state: BuildState): Promise<BuildState> {
  const { phase, ...rest } = state;
  const killed = {
    code: 'UNAVAILABLE',
    message: `golden build of ${project}: its process ended while it was ${phase}`,
    hint: 'Build again; the golden is as it was.',
  };
  if (phase !== 'promoting')
    return { ...rest, status: 'failed', promotion: 'none', lastError: killed };
  const { generations } = await store.inspect({ project });
  const own = generations.find(({ buildId }) => buildId === state.buildId);
  return own
    ? { ...rest, status: 'ready', promotion: 'done', generation: own.generation }
    : { ...rest, status: 'ready', promotion: 'failed', lastError: killed };
}

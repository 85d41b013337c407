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
  /** An `ErrorCode`, including `CANCELLED` and `TIMEOUT`. */
  code: z.string(),
  message: z.string(),
  hint: z.string().optional(),
  /** Exit code of the start-up script, when that failed. */
  exitCode: z.number().int().optional(),
});

/** Content of `build.json`, which exists after the first build. */
export const buildStateSchema = z.object({
  format: z.literal(1),
  /** State of the build; `promotion` says whether it became a golden. */
  status: z.enum(['building', 'ready', 'failed']),
  promotion: z.enum(['none', 'running', 'done', 'failed']),
  /** Phase of a running build. */
  phase: z.enum(['cloning', 'starting', 'running', 'quiescing', 'promoting']).optional(),
  buildId: z.string(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().optional(),
  /** The last generation that any golden build of this project made. */
  generation: z.number().int().positive().optional(),
  sizeBytes: z.number().optional(),
  addedBytes: z.number().optional(),
  /** Error of this build, or of the previous one while this one runs. */
  lastError: lastError.optional(),
  logPath: z.string(),
  daemonLogPath: z.string(),
  owner: ownerSchema,
});

export type BuildState = z.infer<typeof buildStateSchema>;
/** What a running build does now. */
export type BuildPhase = NonNullable<BuildState['phase']>;

/** The state of a project's golden builds. */
export interface BuildStatus extends Partial<Omit<BuildState, 'format' | 'status' | 'owner'>> {
  readonly project: string;
  /** `none` when there was no build yet. */
  readonly status: 'none' | BuildState['status'];
  readonly promotion: BuildState['promotion'];
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

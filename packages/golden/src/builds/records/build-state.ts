import { isWarmdockError } from '@warmdock/core';
import { messageOf } from '@warmdock/core/internal';
import { z } from 'zod';
import { lockFile } from '../../store/fs/file-lock.js';
import type { GoldenStore } from '../../store/golden-store.js';
import { ownerSchema, stateOfOwner } from '../../store/records/owner.js';
import { readJson } from '../../store/records/read-json.js';
import { ScriptError } from '../daemon/script.js';
import { type BuildPaths, buildPaths } from './build-paths.js';
import { type BuildRequest, readRequest } from './build-request.js';

const lastError = z.object({
  /** Of `ErrorCode`; `CANCELLED` and `TIMEOUT` among them. */
  code: z.string(),
  message: z.string(),
  hint: z.string().optional(),
  /** Of the start-up script, when it is what failed. */
  exitCode: z.number().int().optional(),
});

/** What `build.json` holds, once there was a build. */
export const buildStateSchema = z.object({
  format: z.literal(1),
  /** Of the build; whether a golden came of it says `promotion`. */
  status: z.enum(['building', 'ready', 'failed']),
  promotion: z.enum(['none', 'running', 'done', 'failed']),
  /** Of a build that runs. */
  phase: z.enum(['cloning', 'starting', 'running', 'quiescing', 'promoting']).optional(),
  buildId: z.string(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().optional(),
  /** The last generation that a golden build of this project became, not always this one. */
  generation: z.number().int().positive().optional(),
  sizeBytes: z.number().optional(),
  addedBytes: z.number().optional(),
  /** Of this build, else of the one before as long as this one runs. */
  lastError: lastError.optional(),
  logPath: z.string(),
  daemonLogPath: z.string(),
  owner: ownerSchema,
});

export type BuildState = z.infer<typeof buildStateSchema>;
export type BuildPhase = NonNullable<BuildState['phase']>;

/** How it stands with a project's golden builds. */
export interface BuildStatus extends Partial<Omit<BuildState, 'format' | 'status' | 'owner'>> {
  readonly project: string;
  /** `none`: there was no build yet. */
  readonly status: 'none' | BuildState['status'];
  readonly promotion: BuildState['promotion'];
  /** Since a build began that runs, else what it took. */
  readonly elapsedMs?: number | undefined;
  /** A build that was asked for and has not begun. */
  readonly pending?: BuildRequest | undefined;
}

/** As it stands on the disk: also of builds of other processes, and of those that were killed. */
export async function readBuildStatus(store: GoldenStore, project: string): Promise<BuildStatus> {
  const paths = buildPaths(store.root, project);
  const pending = await readRequest(paths);
  const state = await readState(paths);
  if (!state) return { project, status: 'none', promotion: 'none', pending };
  if ('code' in state)
    return { project, status: 'failed', promotion: 'none', lastError: state, pending };
  const isLost = state.status === 'building' && (await isAbandoned(state, paths));
  return { ...statusOf(project, isLost ? await endOf(store, project, state) : state), pending };
}

/** Why it cannot be read counts as what came of the build: it keeps nobody from other projects. */
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

/** When a killed build ended nobody knows. */
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

/** A process of another pid namespace cannot be seen, but its lock can. */
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

/** How a build ended whose process was killed: a promotion that was begun is finished by the store. */
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

import type { Promotion } from '../../store/golden-store.js';
import { ownerOfThisProcess } from '../../store/records/owner.js';
import { readJsonOr } from '../../store/records/read-json.js';
import { writeJson } from '../../store/records/write-json.js';
import type { BuildLogs } from '../logs/build-logs.js';
import type { BuildPaths } from './build-paths.js';
import {
  type BuildPhase,
  type BuildState,
  type BuildStatus,
  buildStateSchema,
  lastErrorOf,
  statusOf,
} from './build-state.js';

/** Called for each change of a build's state, once it is on disk. */
export type OnState = (status: BuildStatus) => void;

/** Writes the state of one build at each step. */
export interface BuildRecord {
  enter(phase: BuildPhase): Promise<void>;
  finish(promotion: Promotion): Promise<void>;
  /** Records that the build failed, or its promotion when that had begun. */
  fail(error: unknown): Promise<void>;
}

export interface BeginOptions {
  readonly project: string;
  readonly paths: BuildPaths;
  readonly buildId: string;
  readonly logs: BuildLogs;
  readonly onState?: OnState | undefined;
}

export async function beginRecord(options: BeginOptions): Promise<BuildRecord> {
  const { project, paths, buildId, logs, onState } = options;
  const before = await readJsonOr(paths.state, buildStateSchema, undefined);
  let state: BuildState = {
    format: 1,
    status: 'building',
    promotion: 'none',
    phase: 'cloning',
    buildId,
    startedAt: new Date().toISOString(),
    generation: before?.generation,
    sizeBytes: before?.sizeBytes,
    addedBytes: before?.addedBytes,
    lastError: before?.lastError,
    logPath: logs.script,
    daemonLogPath: logs.daemon,
    owner: ownerOfThisProcess(),
  };
  const write = async (change: Partial<BuildState>) => {
    state = { ...state, ...change };
    await writeJson(paths.state, state);
    onState?.(statusOf(project, state));
  };
  const end = (change: Partial<BuildState>) =>
    write({ ...change, phase: undefined, finishedAt: new Date().toISOString() });
  await write({});
  return {
    enter: (phase) => write({ phase, ...(phase === 'promoting' && { promotion: 'running' }) }),
    finish: ({ generation, sizeBytes, addedBytes }) => {
      const outcome = { status: 'ready', promotion: 'done', lastError: undefined } as const;
      return end({ ...outcome, generation, sizeBytes, addedBytes });
    },
    fail: (error) => {
      const isBuilt = state.promotion === 'running';
      const outcome = isBuilt
        ? ({ status: 'ready', promotion: 'failed' } as const)
        : ({ status: 'failed' } as const);
      return end({ ...outcome, lastError: lastErrorOf(error) });
    },
  };
}

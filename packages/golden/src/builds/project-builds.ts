import { setTimeout as delay } from 'node:timers/promises';
import { WarmdockError } from '@warmdock/core';
import { lockFile } from '../store/fs/file-lock.js';
import { cancelGoldenBuild } from './cancel-build.js';
import { buildPaths } from './records/build-paths.js';
import type { OnState } from './records/build-record.js';
import { queueBuild, readQueuedBuild, takeQueuedBuild } from './records/queued-build.js';
import { type GoldenBuildRequest, runLockedBuild } from './run-golden-build.js';

/** The golden builds of one project in this process. */
export interface ProjectBuilds {
  /** Checks whether a build is queued. */
  wake(): void;
  trigger(reason: string | undefined): Promise<void>;
  cancel(): Promise<boolean>;
  close(): Promise<void>;
}

/** Builds of other processes may take any time. */
const lockWaitMs = 7 * 86_400_000;

export interface ProjectBuildsOptions {
  readonly debounceMs: number;
  readonly onState: OnState | undefined;
  readonly onError: (error: unknown) => void;
}

export function openProjectBuilds(
  request: GoldenBuildRequest,
  { debounceMs, onState, onError }: ProjectBuildsOptions,
): ProjectBuilds {
  const { store, project } = request;
  const paths = buildPaths(store.root, project);
  const operation = `golden build of ${project}`;
  let working: Promise<void> | undefined;
  let wasWoken = false;
  let isClosed = false;
  let stop = new AbortController();

  const work = async () => {
    while (wasWoken && !isClosed) {
      wasWoken = false;
      stop = new AbortController();
      await workOnce(stop.signal).catch((error) => {
        if (!stop.signal.aborted) onError(error);
      });
    }
  };

  /** Builds until the queue is empty. */
  const workOnce = async (signal: AbortSignal) => {
    for (;;) {
      const queued = await readQueuedBuild(paths);
      if (!queued) return;
      const waitMs = Date.parse(queued.requestedAt) + debounceMs - Date.now();
      // A clock that was set back must not delay a build.
      await delay(Math.min(Math.max(waitMs, 0), debounceMs), undefined, { signal });
      await build(signal);
    }
  };

  const build = async (signal: AbortSignal) => {
    await using _lock = await lockFile(
      paths.lock,
      { operation, waitMs: lockWaitMs, makesFolder: true },
      { signal },
    );
    // Another process may have built it meanwhile.
    if (!(await readQueuedBuild(paths))) return;
    let hasTaken = false;
    const take = async () => {
      const queued = await takeQueuedBuild(paths);
      hasTaken = true;
      if (queued === undefined)
        throw new WarmdockError('CANCELLED', `${operation} was taken off the queue`);
    };
    try {
      await runLockedBuild(request, paths, { signal, onState }, take);
    } catch (error) {
      if (isClosed && signal.aborted && hasTaken) await queueBuild(paths, ['interrupted']);
      onError(error);
      if (!hasTaken) throw error;
    }
  };

  const builds: ProjectBuilds = {
    wake() {
      wasWoken = true;
      working ??= work().finally(() => {
        working = undefined;
        if (wasWoken && !isClosed) builds.wake();
      });
    },
    async trigger(reason) {
      if (isClosed)
        throw new WarmdockError('UNAVAILABLE', `${operation}: golden builds are closed`);
      await queueBuild(paths, reason === undefined ? [] : [reason]);
      builds.wake();
    },
    async cancel() {
      if (working === undefined) return cancelGoldenBuild(store, project);
      const wasWorking = working;
      await takeQueuedBuild(paths);
      stop.abort();
      await wasWorking;
      // The build of another process, which this one was waiting for.
      await cancelGoldenBuild(store, project);
      return true;
    },
    async close() {
      isClosed = true;
      stop.abort();
      await working;
    },
  };
  return builds;
}

import { setTimeout as delay } from 'node:timers/promises';
import { WarmdockError } from '@warmdock/core';
import { lockFile } from '../store/fs/file-lock.js';
import { cancelGoldenBuild } from './cancel-build.js';
import { buildPaths } from './records/build-paths.js';
import { addRequest, readRequest, takeRequest } from './records/build-request.js';
import { type GoldenBuildOptions, runLockedBuild } from './run-golden-build.js';

/** The golden builds of one project in this process. */
export interface ProjectBuilds {
  /** Looks whether a build is asked for. */
  wake(): void;
  trigger(reason: string | undefined): Promise<void>;
  cancel(): Promise<boolean>;
  close(): Promise<void>;
}

/** Another process may build for as long as it likes. */
const lockWaitMs = 7 * 86_400_000;

export function openProjectBuilds(
  options: Omit<GoldenBuildOptions, 'signal'>,
  debounceMs: number,
  onError: (error: unknown) => void,
): ProjectBuilds {
  const { store, project } = options;
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

  /** Until nothing is asked for. */
  const workOnce = async (signal: AbortSignal) => {
    for (;;) {
      const request = await readRequest(paths);
      if (!request) return;
      const waitMs = Date.parse(request.requestedAt) + debounceMs - Date.now();
      // A clock that was set back does not hold a build up.
      await delay(Math.min(Math.max(waitMs, 0), debounceMs), undefined, { signal });
      await build(signal);
    }
  };

  const build = async (signal: AbortSignal) => {
    await using _lock = await lockFile(paths.lock, {
      operation,
      waitMs: lockWaitMs,
      signal,
      makesFolder: true,
    });
    // Another process may have built it meanwhile.
    if (!(await readRequest(paths))) return;
    let hasTaken = false;
    const take = async () => {
      const request = await takeRequest(paths);
      hasTaken = true;
      if (request === undefined)
        throw new WarmdockError('CANCELLED', `${operation} was taken back`);
    };
    try {
      await runLockedBuild({ ...options, signal }, paths, take);
    } catch (error) {
      if (isClosed && signal.aborted && hasTaken) await addRequest(paths, ['interrupted']);
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
      await addRequest(paths, reason === undefined ? [] : [reason]);
      builds.wake();
    },
    async cancel() {
      if (working === undefined) return cancelGoldenBuild(store, project);
      const wasWorking = working;
      await takeRequest(paths);
      stop.abort();
      await wasWorking;
      // That of another process, for whose end this one was waiting.
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

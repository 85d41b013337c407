import { WarmdockError } from '@warmdock/core';
import type { GoldenStore } from '../store/golden-store.js';
import { openProjectBuilds, type ProjectBuilds } from './project-builds.js';
import type { OnState } from './records/build-record.js';
import { type BuildStatus, readBuildStatus } from './records/build-state.js';
import type { ProjectBuild } from './run-golden-build.js';

/** Which goldens are built, in which store, and who hears of it. */
export interface OpenBuildsOptions {
  readonly store: GoldenStore;
  /** By name. */
  readonly projects: Readonly<Record<string, ProjectBuild>>;
  /** From the first trigger to the build: those that come meanwhile are part of it; default 5,000. */
  readonly debounceMs?: number | undefined;
  readonly onState?: OnState | undefined;
  /** Told of each build that failed, which its state tells as well, and of states that cannot be written. */
  readonly onError?: ((project: string, error: unknown) => void) | undefined;
}

/** Why a build is asked for. */
export interface TriggerOptions {
  /** For `status().pending`, one line. */
  readonly reason?: string | undefined;
}

/**
 * Builds goldens when they are asked for: one build per project at a time, also among processes.
 *
 * However many triggers come before a build begins, they make one build, and however many come while
 * it runs, one more after it. What was asked for and has not begun is begun by the next process that
 * opens the same store. Every call throws `NOT_FOUND` for a project that was not given.
 */
export interface GoldenBuilds extends AsyncDisposable {
  readonly store: GoldenStore;
  readonly projects: readonly string[];
  /** Returns when the request would survive this process. */
  trigger(project: string, options?: TriggerOptions): Promise<void>;
  /** As `cancelGoldenBuild`: also a build of another process. */
  cancel(project: string): Promise<boolean>;
  status(project: string): Promise<BuildStatus>;
  /** Ends builds that run, and leaves them, with all that was asked for, to the next process. */
  close(): Promise<void>;
}

/** Also begins what an earlier process was asked for and did not begin. */
export async function openBuilds(options: OpenBuildsOptions): Promise<GoldenBuilds> {
  const { store, projects, debounceMs = 5_000, onState, onError = () => {} } = options;
  const opened = new Map<string, ProjectBuilds>();
  for (const [project, build] of Object.entries(projects)) {
    const call = { ...build, store, project, onState };
    opened.set(
      project,
      openProjectBuilds(call, debounceMs, (error) => onError(project, error)),
    );
  }
  const known = (project: string): ProjectBuilds => {
    const found = opened.get(project);
    if (found) return found;
    throw new WarmdockError('NOT_FOUND', `no golden builds are set up for project ${project}`, {
      hint: `Those are: ${[...opened.keys()].join(', ') || 'none'}.`,
    });
  };
  const close = async () => {
    await Promise.all([...opened.values()].map((builds) => builds.close()));
  };
  for (const builds of opened.values()) builds.wake();
  return {
    store,
    projects: [...opened.keys()],
    trigger: async (project, { reason } = {}) => known(project).trigger(reason),
    cancel: async (project) => known(project).cancel(),
    async status(project) {
      known(project);
      return readBuildStatus(store, project);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

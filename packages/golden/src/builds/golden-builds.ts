import { WarmdockError } from '@warmdock/core';
import type { GoldenStore } from '../store/golden-store.js';
import { openProjectBuilds, type ProjectBuilds } from './project-builds.js';
import type { OnState } from './records/build-record.js';
import { type BuildStatus, readBuildStatus } from './records/build-state.js';
import type { ProjectBuild } from './run-golden-build.js';

/** Which projects to build goldens of, and how. */
export interface OpenBuildsOptions {
  readonly store: GoldenStore;
  /** By the project's name. */
  readonly projects: Readonly<Record<string, ProjectBuild>>;
  /** How long a build waits after its first trigger for others to join it; default 5,000. */
  readonly debounceMs?: number | undefined;
}

/** Whom `openBuilds` reports to. */
export interface OpenBuildsContext {
  /** Called for each change of a build's state, once it is on disk. */
  readonly onState?: OnState | undefined;
  /** Called for each build that failed, and for states that cannot be written. */
  readonly onError?: ((project: string, error: unknown) => void) | undefined;
}

/** What a trigger may say. */
export interface TriggerOptions {
  /** One line for `status().pending`. */
  readonly reason?: string | undefined;
}

/**
 * Builds goldens on demand: one build per project at a time, also among processes.
 *
 * All triggers before a build begins make one build; all triggers while it runs make one more. The
 * queue survives the process: the next one that opens the store goes on with it. Every call throws
 * `NOT_FOUND` for a project that was not given.
 */
export interface GoldenBuilds extends AsyncDisposable {
  readonly store: GoldenStore;
  readonly projects: readonly string[];
  /** Queues a build. Resolves once the queue would survive this process. */
  trigger(project: string, options?: TriggerOptions): Promise<void>;
  /** Cancels a build like `cancelGoldenBuild`, also one of another process. */
  cancel(project: string): Promise<boolean>;
  /** Reports like `readBuildStatus`. */
  status(project: string): Promise<BuildStatus>;
  /** Ends running builds, and leaves them and the queue to the next process. */
  close(): Promise<void>;
}

/** Opens the builds of a store's projects. Begins what earlier processes left in the queue. */
export async function openBuilds(
  { store, projects, debounceMs = 5_000 }: OpenBuildsOptions,
  { onState, onError = () => {} }: OpenBuildsContext = {},
): Promise<GoldenBuilds> {
  const opened = new Map<string, ProjectBuilds>();
  for (const [project, build] of Object.entries(projects)) {
    const report = { onState, onError: (error: unknown) => onError(project, error) };
    opened.set(project, openProjectBuilds({ ...build, store, project }, { debounceMs, ...report }));
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

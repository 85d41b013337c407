import {
  type BuildKit,
  connectEngine,
  type Engine,
  type OnProgress,
  openBuilder,
  type Progress,
} from '@warmdock/core';
import type { RemoteBuilder } from './choose-build.js';

/** To the builder and to the daemon that images are for; they end with the process. */
export interface Connections {
  readonly buildkit: BuildKit;
  readonly engine: Engine;
  /** Passes on what the builder told while it was booted, so far and from now on. */
  tell(onProgress: OnProgress): void;
}

/** Nothing is sent yet. */
export function connectDaemon(env: NodeJS.ProcessEnv): Engine {
  return connectEngine(undefined, { env });
}

/**
 * Begins to connect, to spend the time in which another program reads the project. Nobody is told of
 * what fails now: whoever needs it tries again.
 */
export async function beginConnections(
  builder: RemoteBuilder,
  env: NodeJS.ProcessEnv,
  engine = connectDaemon(env),
): Promise<Connections> {
  const told: Progress[] = [];
  let onProgress: OnProgress = (progress) => void told.push(progress);
  const { buildkit } = await openBuilder(
    builder,
    engine,
    {},
    { env, onProgress: (progress) => onProgress(progress) },
  );
  void Promise.allSettled([buildkit.connect(), engine.info()]);
  return {
    buildkit,
    engine,
    tell(listener) {
      onProgress = listener;
      for (const progress of told.splice(0)) listener(progress);
    },
  };
}

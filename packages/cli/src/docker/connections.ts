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
  /** Passes on the progress of booting the builder, so far and from now on. */
  reportTo(onProgress: OnProgress): void;
}

/** Nothing is sent yet. */
export function connectDaemon(env: NodeJS.ProcessEnv): Engine {
  return connectEngine(undefined, { env });
}

/**
 * Begins to connect, to spend the time in which another program reads the project. What fails now
 * is not reported: whoever needs it tries again.
 */
export async function openConnections(
  builder: RemoteBuilder,
  env: NodeJS.ProcessEnv,
  engine = connectDaemon(env),
): Promise<Connections> {
  const reported: Progress[] = [];
  let onProgress: OnProgress = (progress) => void reported.push(progress);
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
    reportTo(listener) {
      onProgress = listener;
      for (const progress of reported.splice(0)) listener(progress);
    },
  };
}

import {
  type BuildKit,
  connectEngine,
  type Engine,
  openBuilder,
  resolveEngineEndpoint,
} from '@warmdock/core';
import type { RemoteBuilder } from './choose-build.js';

/** To the builder and to the daemon that images are for; they end with the process. */
export interface Connections {
  readonly buildkit: BuildKit;
  readonly engine: Engine;
}

/** Nothing is sent yet. */
export function connectDaemon(env: NodeJS.ProcessEnv): Engine {
  return connectEngine({ endpoint: resolveEngineEndpoint({ env }) });
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
  const { buildkit } = await openBuilder(builder, engine, env);
  void Promise.allSettled([buildkit.connect(), engine.info()]);
  return { buildkit, engine };
}

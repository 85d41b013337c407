import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { isShim } from './is-shim.js';

export interface FoundDocker {
  readonly path: string;
  readonly isShim: boolean;
}

/** Every program `docker` in PATH, in its order. */
export function dockersOnPath(env: NodeJS.ProcessEnv): FoundDocker[] {
  return (env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder || '.', 'docker'))
    .filter(isProgram)
    .map((path) => ({ path, isShim: isShim(path) }));
}

/** What the shim runs for all that is no build, `undefined` when there is none: `WARMDOCK_DOCKER`, else the first in PATH. */
export function realDocker(
  env: NodeJS.ProcessEnv,
  found: readonly FoundDocker[] = dockersOnPath(env),
): string | undefined {
  const named = env.WARMDOCK_DOCKER;
  if (named) return isProgram(named) && !isShim(named) ? named : undefined;
  return found.find((docker) => !docker.isShim)?.path;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

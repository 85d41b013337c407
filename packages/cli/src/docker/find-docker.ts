import { delimiter, join } from 'node:path';
import { isProgram } from '@warmdock/core/internal';
import { isShim } from './is-shim.js';

/** What the shim is installed as; `docker-compose` is compose's own program. */
export type ShimName = 'docker' | 'docker-compose';

export interface FoundProgram {
  readonly path: string;
  readonly isShim: boolean;
}

/** Every program of that name in PATH, in its order. */
export function programsOnPath(name: ShimName, env: NodeJS.ProcessEnv): FoundProgram[] {
  return (env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder || '.', name))
    .filter(isProgram)
    .map((path) => ({ path, isShim: isShim(path) }));
}

/** What the shim runs for all that is no build, `undefined` when there is none: `WARMDOCK_DOCKER`, else the first in PATH. */
export function realDocker(
  env: NodeJS.ProcessEnv,
  found: readonly FoundProgram[] = programsOnPath('docker', env),
): string | undefined {
  const named = env.WARMDOCK_DOCKER;
  if (named) return isProgram(named) && !isShim(named) ? named : undefined;
  return firstReal(found);
}

/** The real `docker-compose` in PATH; `undefined` when there is none, as with docker's plugin alone. */
export function realCompose(env: NodeJS.ProcessEnv): string | undefined {
  return firstReal(programsOnPath('docker-compose', env));
}

function firstReal(found: readonly FoundProgram[]): string | undefined {
  return found.find(({ isShim }) => !isShim)?.path;
}

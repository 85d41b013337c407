import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { dockersOnPath, realDocker } from './find-docker.js';
import { pathAdvice } from './path-advice.js';
import { placeOf } from './shim-file.js';

export interface ShimStatus {
  /** The shim's path, whether or not it is there. */
  readonly path: string;
  readonly installed: boolean;
  /** Whether `docker` means this shim. */
  readonly active: boolean;
  /** What `docker` means, if anything. */
  readonly first: string | undefined;
  /** What the shim leaves to docker goes there. */
  readonly realDocker: string | undefined;
  /** Whether `WARMDOCK=off` leaves everything to docker. */
  readonly off: boolean;
  /** What is left to do for builds to go through the shim. */
  readonly todo: readonly string[];
}

/** Whether the shim in the folder is there, and what becomes of the word `docker`. Reads, and changes nothing. */
export function shimStatus(folder: string, env: NodeJS.ProcessEnv): ShimStatus {
  const path = join(folder, 'docker');
  const found = dockersOnPath(env);
  const [first] = found;
  const installed = placeOf(path) === 'ours';
  const active = installed && first !== undefined && isSame(first.path, path);
  const known = {
    path,
    installed,
    active,
    first: first?.path,
    realDocker: realDocker(env, found),
    off: env.WARMDOCK === 'off',
  };
  return { ...known, todo: todoOf(known, folder, env) };
}

function todoOf(
  { installed, active, realDocker, off }: Omit<ShimStatus, 'todo'>,
  folder: string,
  env: NodeJS.ProcessEnv,
): string[] {
  const todo: string[] = [];
  if (!installed) todo.push('install it: warmdock shim install');
  else if (!active) todo.push(pathAdvice(folder, env));
  if (realDocker === undefined) {
    todo.push(
      env.WARMDOCK_DOCKER
        ? `WARMDOCK_DOCKER has to name the real docker, which ${env.WARMDOCK_DOCKER} is not`
        : "install Docker's command line, or name it with WARMDOCK_DOCKER: all that is no build needs it",
    );
  }
  if (off) todo.push('unset WARMDOCK: it is off');
  return todo;
}

function isSame(a: string, b: string): boolean {
  try {
    return realpathSync(a) === realpathSync(b);
  } catch {
    return false;
  }
}

import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { isProgram } from '@warmdock/core/internal';
import {
  programsOnPath,
  realCompose,
  realDocker,
  type ShimName,
} from '../../docker/find-docker.js';
import { type NodeStatus, nodeFix, nodeStatus } from './node-status.js';
import { pathAdvice } from './path-advice.js';
import { stateOfShimFile } from './shim-file.js';
import { unknownSwitch } from './unknown-switch.js';

export interface ShimStatus {
  /** The shim's path, whether or not it is there. */
  readonly path: string;
  readonly installed: boolean;
  /** Whether it can be run: it has its run bit, and the package that it belongs to is there. */
  readonly executable: boolean;
  /** Whether `docker` means this shim. */
  readonly active: boolean;
  /** What `docker` means, if anything. */
  readonly first: string | undefined;
  /** What the shim passes through goes there. */
  readonly realDocker: string | undefined;
  /** The same of `docker-compose`; `undefined` without a real one in PATH, which needs no shim. */
  readonly compose: ComposeStatus | undefined;
  /** What builds run on. */
  readonly node: NodeStatus;
  /** Whether `WARMDOCK=off` passes everything through. */
  readonly off: boolean;
  /** What is left to do for builds to go through the shim. */
  readonly todo: readonly string[];
}

export interface ComposeStatus {
  readonly installed: boolean;
  readonly executable: boolean;
  /** Whether `docker-compose` means this shim. */
  readonly active: boolean;
  readonly real: string;
}

/** Whether the shim in the folder is there, and what becomes of the word `docker`. Reads, and changes nothing. */
export function shimStatus(folder: string, env: NodeJS.ProcessEnv): ShimStatus {
  const docker = programStatus('docker', folder, env);
  const real = realCompose(env);
  const { installed, executable, active } = programStatus('docker-compose', folder, env);
  const known = {
    ...docker,
    realDocker: realDocker(env),
    compose: real === undefined ? undefined : { installed, executable, active, real },
    node: nodeStatus(folder, env),
    off: env.WARMDOCK === 'off',
  };
  return { ...known, todo: todoOf(known, folder, env) };
}

function programStatus(name: ShimName, folder: string, env: NodeJS.ProcessEnv) {
  const path = join(folder, name);
  const first = programsOnPath(name, env)[0]?.path;
  const installed = stateOfShimFile(path) === 'ours';
  const executable = installed && isProgram(path);
  const active = executable && first !== undefined && isSame(first, path);
  return { path, installed, executable, active, first };
}

function todoOf(
  { installed, executable, active, realDocker, compose, node, off }: Omit<ShimStatus, 'todo'>,
  folder: string,
  env: NodeJS.ProcessEnv,
): string[] {
  const todo: string[] = [];
  if (!installed) todo.push('install it: warmdock shim install');
  else if (!executable || (compose?.installed === true && !compose.executable))
    todo.push('install it again, it cannot be run: warmdock shim install');
  else if (!active || (compose?.installed === true && !compose.active))
    todo.push(pathAdvice(folder, env));
  if (installed && compose?.installed === false)
    todo.push('install it for docker-compose, too: warmdock shim install');
  if (realDocker === undefined) {
    todo.push(
      env.WARMDOCK_DOCKER
        ? `WARMDOCK_DOCKER has to name the real docker, which ${env.WARMDOCK_DOCKER} is not`
        : "install Docker's command line, or name it with WARMDOCK_DOCKER: all that is no build needs it",
    );
  }
  if (installed && node.problem !== undefined) todo.push(`${node.problem}; ${nodeFix}`);
  const unknown = unknownSwitch(env);
  if (unknown !== undefined) todo.push(unknown);
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

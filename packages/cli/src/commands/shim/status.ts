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

type KnownStatus = Omit<ShimStatus, 'todo'>;

function todoOf(known: KnownStatus, folder: string, env: NodeJS.ProcessEnv): string[] {
  const { installed, realDocker, compose, node, off } = known;
  const todo = [
    todoOfPrograms(known, folder, env),
    installed &&
      compose?.installed === false &&
      'install it for docker-compose, too: warmdock shim install',
    realDocker === undefined && todoWithoutDocker(env),
    installed && node.problem !== undefined && `${node.problem}; ${nodeFix}`,
    unknownSwitch(env),
    off && 'unset WARMDOCK: it is off',
  ];
  return todo.filter((each) => typeof each === 'string');
}

function todoOfPrograms(
  { installed, executable, active, compose }: KnownStatus,
  folder: string,
  env: NodeJS.ProcessEnv,
): string | undefined {
  const other = compose?.installed ? compose : undefined;
  if (!installed) return 'install it: warmdock shim install';
  if (!executable || other?.executable === false)
    return 'install it again, it cannot be run: warmdock shim install';
  return !active || other?.active === false ? pathAdvice(folder, env) : undefined;
}

function todoWithoutDocker({ WARMDOCK_DOCKER: named }: NodeJS.ProcessEnv): string {
  return named
    ? `WARMDOCK_DOCKER has to name the real docker, which ${named} is not`
    : "install Docker's command line, or name it with WARMDOCK_DOCKER: all that is no build needs it";
}

function isSame(a: string, b: string): boolean {
  try {
    return realpathSync(a) === realpathSync(b);
  } catch {
    return false;
  }
}

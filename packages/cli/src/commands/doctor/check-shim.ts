import { delimiter, dirname, join, resolve } from 'node:path';
import { isProgram } from '@warmdock/core/internal';
import { programsOnPath } from '../../docker/find-docker.js';
import { pathAdvice } from '../shim/path-advice.js';
import { defaultShimFolder, stateOfShimFile } from '../shim/shim-file.js';
import { unknownSwitch } from '../shim/unknown-switch.js';
import { checkCommands } from './check-commands.js';
import { type Finding, ok, problem, warning } from './finding.js';

/** Whether `docker` is the shim, and what becomes of builds then. */
export function checkShim(env: NodeJS.ProcessEnv): Finding[] {
  const [first] = programsOnPath('docker', env);
  if (!first?.isShim) return [idleShim(first?.path, env)];
  if (env.WARMDOCK === 'off')
    return [warning('shim', 'WARMDOCK=off passes all builds through to docker', 'unset WARMDOCK')];
  return [switchFinding(first.path, env), ...checkCommands(env)];
}

function switchFinding(path: string, env: NodeJS.ProcessEnv): Finding {
  const unknown = unknownSwitch(env);
  if (unknown !== undefined) return warning('shim', unknown, 'correct or unset WARMDOCK');
  return ok('shim', `${path}, first in PATH`);
}

/** One that is not in use: there is none, or it is of no use. */
function idleShim(docker: string | undefined, env: NodeJS.ProcessEnv): Finding {
  const own = defaultShimFolder(env);
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
  const folder = [...folders, own].find((each) => stateOfShimFile(join(each, 'docker')) === 'ours');
  if (folder === undefined) return ok('shim', "not in use: `docker build` is docker's own");
  const path = join(folder, 'docker');
  if (!isProgram(path)) {
    const dir = resolve(folder) === own ? '' : ` --dir ${folder}`;
    const fix = `warmdock shim install${dir}`;
    return problem('shim', `${path} cannot be run: no run bit, or its package is gone`, fix);
  }
  const instead = docker === undefined ? 'PATH has no docker' : `\`docker\` is ${docker}`;
  return problem('shim', `${path} is not in use: ${instead}`, pathAdvice(dirname(path), env));
}

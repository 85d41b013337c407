import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { programsOnPath, realDocker } from '../../docker/find-docker.js';
import { type Finding, ok, problem, warning } from './finding.js';
import { isOlder } from './parse-version.js';

const run = promisify(execFile);

/** The docker command that is not the shim, its plugins, and their versions. */
export async function checkDocker(env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const found = programsOnPath('docker', env);
  const docker = realDocker(env, found);
  if (docker !== undefined) return versions(docker, env);
  return [missing(found[0]?.isShim === true, env)];
}

function missing(isShim: boolean, env: NodeJS.ProcessEnv): Finding {
  if (env.WARMDOCK_DOCKER) {
    const text = `WARMDOCK_DOCKER names no real docker: ${env.WARMDOCK_DOCKER}`;
    return problem('docker', text, 'unset it, or let it name the docker program');
  }
  const fix = "install Docker's command line for all that is no build";
  if (isShim) return problem('docker', 'PATH has none but the shim, which needs it', fix);
  return warning('docker', 'no docker in PATH; `warmdock build` works without', fix);
}

async function versions(docker: string, env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const [client, buildx, compose] = await Promise.all([
    firstLine(docker, ['--version'], env),
    firstLine(docker, ['buildx', 'version'], env),
    firstLine(docker, ['compose', 'version', '--short'], env),
  ]);
  const version = client && /version ([^\s,]+)/.exec(client)?.[1];
  if (!version) {
    const text = `${docker} does not report its version`;
    return [problem('docker', text, 'let PATH or WARMDOCK_DOCKER name a docker that runs')];
  }
  return [dockerFinding(docker, version), buildxFinding(buildx), composeFinding(compose)];
}

function dockerFinding(docker: string, version: string): Finding {
  return isOlder(version, 20, 10)
    ? warning('docker', `${docker} ${version} is older than 20.10`, 'update Docker')
    : ok('docker', `${docker} ${version}`);
}

function buildxFinding(buildx: string | undefined): Finding {
  if (buildx !== undefined) return ok('buildx', buildx);
  const text =
    'missing: what warmdock passes through to docker is built by the old builder or not at all';
  return warning('buildx', text, 'install docker-buildx (docker-buildx-plugin)');
}

/** The oldest one whose flags are known. */
const oldestCompose = [2, 20] as const;

/** Nobody needs it who has no compose files. */
function composeFinding(compose: string | undefined): Finding {
  if (!compose) return ok('compose', 'not there, or it does not report its version');
  if (!isOlder(compose, ...oldestCompose)) return ok('compose', compose);
  const text = `${compose} is older than ${oldestCompose.join('.')}: its projects may be read wrongly`;
  return warning('compose', text, 'update docker-compose (docker-compose-plugin)');
}

/** What a command says first; `undefined` when it fails. */
async function firstLine(program: string, args: string[], env: NodeJS.ProcessEnv) {
  try {
    const { stdout } = await run(program, args, { env, timeout: 10_000 });
    return stdout.split('\n')[0];
  } catch {
    return undefined;
  }
}

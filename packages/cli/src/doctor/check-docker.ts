import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { programsOnPath, realDocker } from '../shim/find-docker.js';
import { unknownSwitch } from '../shim/unknown-switch.js';
import { type Finding, ok, problem, warning } from './finding.js';
import { isOlder } from './parse-version.js';

const run = promisify(execFile);

/** The docker command: whether it is the shim, what is behind it, and their versions. */
export async function checkDocker(env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const found = programsOnPath('docker', env);
  const docker = realDocker(env, found);
  if (docker === undefined) return [missing(env)];
  return [shimFinding(found[0]?.isShim === true, env), ...(await versions(docker, env))];
}

function missing(env: NodeJS.ProcessEnv): Finding {
  if (env.WARMDOCK_DOCKER) {
    const text = `WARMDOCK_DOCKER names no real docker: ${env.WARMDOCK_DOCKER}`;
    return problem('docker', text, 'unset it, or let it name the docker program');
  }
  const text = 'no docker in PATH; `warmdock build` works without';
  return warning('docker', text, "install Docker's command line for all that is no build");
}

function shimFinding(isShim: boolean, env: NodeJS.ProcessEnv): Finding {
  if (isShim && env.WARMDOCK === 'off')
    return warning('shim', 'WARMDOCK=off leaves all builds to docker', 'unset WARMDOCK');
  const unknown = unknownSwitch(env);
  if (isShim && unknown !== undefined) return warning('shim', unknown, 'correct or unset WARMDOCK');
  return ok(
    'shim',
    isShim ? '`docker build` comes to warmdock' : "not in use: `docker build` is docker's own",
  );
}

async function versions(docker: string, env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const [client, buildx] = await Promise.all([
    firstLine(docker, ['--version'], env),
    firstLine(docker, ['buildx', 'version'], env),
  ]);
  const version = client && /version ([^\s,]+)/.exec(client)?.[1];
  if (!version) {
    const text = `${docker} does not tell its version`;
    return [problem('docker', text, 'let PATH or WARMDOCK_DOCKER name a docker that runs')];
  }
  return [
    isOlder(version, 20, 10)
      ? warning('docker', `${docker} ${version} is older than 20.10`, 'update Docker')
      : ok('docker', `${docker} ${version}`),
    buildx === undefined
      ? warning(
          'buildx',
          'missing: what warmdock leaves to docker is built by the old builder or not at all',
          'install docker-buildx (docker-buildx-plugin)',
        )
      : ok('buildx', buildx),
  ];
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

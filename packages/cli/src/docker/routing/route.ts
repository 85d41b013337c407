import { parseGoBool } from '@warmdock/core/internal';
import { type BuildArguments, parseBuildArguments } from '../../flags/build-arguments.js';
import { FlagError } from '../../flags/parse-flags.js';
import { UsageError } from '../../flags/usage-error.js';
import { type DockerCommand, findDockerCommand } from './docker-command.js';
import { dockerEnvironment } from './docker-environment.js';
import { requestedOutput } from './requested-output.js';
import { type BakeCall, routeBake } from './route-bake.js';
import { type ComposeCall, routeCompose } from './route-compose.js';
import { type PullCall, routePull } from './route-pull.js';

/** What becomes of a docker command line, as far as it and the environment decide. */
export type Route =
  | { readonly action: 'pass-through'; readonly reason: string }
  | RoutedBuild
  | RoutedBake
  | RoutedCompose
  | RoutedPull;

export interface RoutedBake {
  readonly action: 'bake';
  readonly call: BakeCall;
  readonly isBuildx: boolean;
  /** As docker's own flags leave it. */
  readonly env: NodeJS.ProcessEnv;
}

export interface RoutedCompose {
  readonly action: 'compose';
  readonly call: ComposeCall;
  /** As docker's own flags leave it. */
  readonly env: NodeJS.ProcessEnv;
}

export interface RoutedPull {
  readonly action: 'pull';
  readonly call: PullCall;
  /** As docker's own flags leave it. */
  readonly env: NodeJS.ProcessEnv;
}

export interface RoutedBuild {
  readonly action: 'build';
  readonly args: BuildArguments;
  /** Whether buildx was named: then its own choice of builder and of output holds, not that of docker. */
  readonly isBuildx: boolean;
  /** Named by the command line. */
  readonly builder: string | undefined;
  /** Whether flags ask for the image in the daemon, or say nothing. */
  readonly place: 'daemon' | 'default';
  /** As docker's own flags leave it. */
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Decides whether `docker ARGV...` is a build or a pull that may have to end in the local daemon and to be
 * carried out here; reads nothing else. When in doubt it is docker's: a word that is not known, a value that
 * is not understood, an output that goes elsewhere.
 */
export function route(argv: readonly string[], env: NodeJS.ProcessEnv): Route {
  if (env.WARMDOCK === 'off') return passThrough('WARMDOCK=off');
  try {
    const command = findDockerCommand(argv);
    const reason = passThroughReason(command, env);
    return reason === undefined ? routeCommand(command, env) : passThrough(reason);
  } catch (error) {
    if (!(error instanceof FlagError || error instanceof UsageError)) throw error;
    return passThrough(`docker is to say what is wrong: ${error.message.split('\n')[0]}`);
  }
}

function passThrough(reason: string): Route {
  return { action: 'pass-through', reason };
}

const asking = ['help', 'version'];
const tls = ['tls', 'tlscacert', 'tlscert', 'tlskey', 'tlsverify'];

/** Why the command is not looked at any further. */
function passThroughReason(
  { kind, docker, buildx, isBuildx }: DockerCommand,
  env: NodeJS.ProcessEnv,
) {
  if (kind === 'other') return 'it is not a build';
  if (kind === 'pull' && env.WARMDOCK !== 'pull') return 'WARMDOCK=pull would have to ask for it';
  if (asking.some((flag) => docker.has(flag)) || buildx.has('help')) return 'it asks for help';
  if (tls.some((flag) => docker.has(flag))) return "docker's TLS flags are for docker to read";
  return kind === 'pull' ? undefined : legacyBuilderReason(isBuildx, env.DOCKER_BUILDKIT);
}

/** Docker itself looks at the variable, also where it has buildx build. */
function legacyBuilderReason(isBuildx: boolean, text: string | undefined): string | undefined {
  const isOn = text ? parseGoBool(text) : true;
  if (isOn === undefined) return `docker is to say what is wrong: DOCKER_BUILDKIT=${text}`;
  return isOn || isBuildx ? undefined : `DOCKER_BUILDKIT=${text} asks for the legacy builder`;
}

function routeCommand(command: DockerCommand, env: NodeJS.ProcessEnv): Route {
  const environment = dockerEnvironment(command.docker, env);
  if (!environment) return passThrough('docker is to say what is wrong: --host and --context');
  if (command.kind === 'build') return routeBuild(command, environment);
  if (command.kind === 'pull') {
    const routed = routePull(command.rest, environment);
    return 'passThroughReason' in routed
      ? passThrough(routed.passThroughReason)
      : { action: 'pull', call: routed.call, env: environment };
  }
  if (command.kind === 'compose') {
    const routed = routeCompose(command.rest);
    return 'passThroughReason' in routed
      ? passThrough(routed.passThroughReason)
      : { action: 'compose', call: routed.call, env: environment };
  }
  const routed = routeBake(command.rest);
  if ('passThroughReason' in routed) return passThrough(routed.passThroughReason);
  const builder = routed.call.builder ?? builderBefore(command);
  if (builder === '') return passThrough(noBuilder);
  return {
    action: 'bake',
    call: { ...routed.call, builder },
    isBuildx: command.isBuildx,
    env: environment,
  };
}

/** That one is neither the one of `BUILDX_BUILDER` nor, with docker's own commands, the daemon's. */
const noBuilder = 'an empty --builder is for buildx to read';

/** Between `buildx` and its command. */
function builderBefore({ buildx }: DockerCommand): string | undefined {
  return buildx.get('builder')?.at(-1);
}

function routeBuild(command: DockerCommand, env: NodeJS.ProcessEnv): Route {
  const args = parseBuildArguments(command.rest);
  if (args === 'help') return passThrough('it asks for help');
  if (args.passThroughReasons[0] !== undefined) return passThrough(args.passThroughReasons[0]);
  if (args.call !== 'build') return passThrough(`buildx answers --call=${args.call}`);
  const output = requestedOutput(args);
  if (output.place === 'elsewhere') return passThrough(output.reason);
  const builder = args.builder ?? builderBefore(command);
  if (builder === '') return passThrough(noBuilder);
  return {
    action: 'build',
    args,
    isBuildx: command.isBuildx,
    builder,
    place: output.place,
    env,
  };
}

import { dockerConfigDirectory, readDockerConfig } from '../../docker/config.js';
import { DEFAULT_CONTEXT } from '../../docker/contexts.js';
import { checkOptions } from '../../options/check-options.js';
import { type Checks, mapOf, text } from '../../options/checks.js';
import { contextEndpoint, tlsFilesIn } from './docker-context.js';
import { type EngineEndpoint, type EngineTls, parseEngineAddress } from './endpoint.js';

/** Where to look for the daemon's address. */
export interface ResolveEndpointOptions {
  /** Such as `unix:///var/run/docker.sock`; wins over everything. */
  readonly address?: string | undefined;
  /** Name of a docker context; wins over the environment. */
  readonly context?: string | undefined;
  /** Environment variables; `process.env` of a command. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

const resolveChecks: Checks<ResolveEndpointOptions> = {
  address: text,
  context: text,
  env: mapOf(text),
};

/**
 * The daemon that docker itself would talk to, given the same environment.
 *
 * Order: `address`, `context`, `DOCKER_HOST`, `DOCKER_CONTEXT`, the current context of
 * `$DOCKER_CONFIG/config.json` (default `~/.docker`), `unix:///var/run/docker.sock`. For an address,
 * TLS is used when `DOCKER_TLS_VERIFY` or `DOCKER_TLS` is not empty, with the files of
 * `DOCKER_CERT_PATH` (default the config directory). Reads files synchronously: they are few and small,
 * and this happens before anything else can. Throws `NOT_FOUND` for a context that does not exist,
 * `UNSUPPORTED` and `INVALID_ARGUMENT` as `parseEngineAddress` does.
 */
export function resolveEngineEndpoint(options: ResolveEndpointOptions): EngineEndpoint {
  checkOptions('resolveEngineEndpoint', options, resolveChecks, ['env']);
  const { address, context, env } = options;
  const configDirectory = dockerConfigDirectory(env);
  const fromEnvironment = context ? undefined : env.DOCKER_HOST;
  const chosenAddress = address || fromEnvironment;
  if (chosenAddress) return parseEngineAddress(chosenAddress, tlsOf(env, configDirectory));

  const name =
    context ||
    env.DOCKER_CONTEXT ||
    readDockerConfig(configDirectory).currentContext ||
    DEFAULT_CONTEXT;
  if (name !== DEFAULT_CONTEXT) return contextEndpoint(configDirectory, name);
  const defaultAddress = (context && env.DOCKER_HOST) || 'unix://';
  return parseEngineAddress(defaultAddress, tlsOf(env, configDirectory));
}

function tlsOf(env: ResolveEndpointOptions['env'], configDirectory: string): EngineTls | undefined {
  if (!env.DOCKER_TLS_VERIFY && !env.DOCKER_TLS) return undefined;
  return tlsFilesIn(env.DOCKER_CERT_PATH || configDirectory, Boolean(env.DOCKER_TLS_VERIFY));
}

import { type BuildRequest, WarmdockError } from '@warmdock/core';
import { formatEndpoint, resolveEngineEndpoint } from '@warmdock/core/engine';
import {
  type LayerCompression,
  type NetworkMode,
  parseAddHost,
  parseAnnotation,
  parseAttestation,
  parseBuildContext,
  parseCacheOption,
  parseOutput,
  parseSecretSpec,
  parseSize,
  parseSsh,
  parseUlimit,
} from '@warmdock/core/flags';
import { chooseWays, type ParsedOptions, proxyBuildArgs } from '@warmdock/core/internal';
import type { BuildArguments } from './build-arguments.js';

/** A request without texts in place of objects. */
export type ParsedRequest = Omit<BuildRequest, keyof ParsedOptions> & ParsedOptions;

/**
 * What the command line, the environment and docker's `config.json` ask the core for, by buildx's rules.
 *
 * `DOCKER_DEFAULT_PLATFORM`, `SOURCE_DATE_EPOCH` and docker's proxies stand in for absent flags. Throws
 * `INVALID_ARGUMENT` and `UNSUPPORTED`.
 */
export function buildOptionsOf(args: BuildArguments, env: NodeJS.ProcessEnv): ParsedRequest {
  if (args.noCache && args.noCacheFilter.length > 0) {
    throw new WarmdockError(
      'INVALID_ARGUMENT',
      '--no-cache and --no-cache-filter cannot currently be used together',
      { hint: 'leave out one of them' },
    );
  }
  return {
    context: args.context,
    dockerfile: args.file,
    tags: args.tags,
    buildArgs: buildArgsOf(args.buildArgs, env),
    labels: keyValues(args.labels, () => ''),
    target: args.target,
    platforms: platformsOf(args.platforms, env),
    secrets: args.secrets.map((spec) => parseSecretSpec(spec, env)),
    noCache: args.noCache || args.noCacheFilter,
    pull: args.pull,
    ...stepOptions(args),
    ...resultOptions(args),
    builder: args.builder || undefined,
    ...chosenWays(args, env),
    // Checked by the core, which knows the choices.
    compression: args.compression as LayerCompression | undefined,
  };
}

/** How the image is loaded; what is wrong of it is found before anything is built. */
function chosenWays({ via, registry }: BuildArguments, env: NodeJS.ProcessEnv) {
  const options = { via: via as BuildRequest['via'], registry };
  chooseWays(options, env);
  return options;
}

/** What the steps may see and do. */
function stepOptions(args: BuildArguments): Partial<ParsedRequest> {
  return {
    buildContexts: args.buildContexts.map((spec) => parseBuildContext(spec)),
    ssh: args.ssh.length > 0 ? args.ssh.map((spec) => parseSsh(spec)) : undefined,
    // Checked by the core, which knows the choices.
    network: args.network as NetworkMode | undefined,
    addHosts: args.addHosts.flatMap(parseList).map((spec) => parseAddHost(spec)),
    shmSizeBytes: args.shmSizes.map((spec) => parseSize(spec, '--shm-size')).at(-1),
    ulimits: args.ulimits.map((spec) => parseUlimit(spec)),
    cgroupParent: args.cgroupParent,
    allow: args.allow,
  };
}

/** What becomes of the result, and what goes with it. */
function resultOptions(args: BuildArguments): Partial<ParsedRequest> {
  const { provenance, sbom } = args;
  return {
    annotations: args.annotations.flatMap((spec) => parseAnnotation(spec)),
    attestations: [
      ...args.attestations.map((spec) => parseAttestation(spec)),
      ...(provenance === undefined ? [] : [parseAttestation(provenance, 'provenance')]),
      ...(sbom === undefined ? [] : [parseAttestation(sbom, 'sbom')]),
    ],
    cacheFrom: args.cacheFrom.flatMap((spec) => parseCacheOption(spec)),
    cacheTo: args.cacheTo.flatMap((spec) => parseCacheOption(spec, '--cache-to')),
    outputs: args.outputs.length > 0 ? args.outputs.map((spec) => parseOutput(spec)) : undefined,
    push: args.push,
    load: args.load,
  };
}

/** Values between commas. Quoted ones are rare enough to be refused. */
function parseList(list: string): string[] {
  if (!list.includes('"')) return list.split(',');
  throw new WarmdockError('INVALID_ARGUMENT', `cannot read the list ${list}: it has quotes in it`, {
    hint: 'give the values one by one',
  });
}

function buildArgsOf(pairs: readonly string[], env: NodeJS.ProcessEnv): Record<string, string> {
  const epoch = env.SOURCE_DATE_EPOCH;
  const given = keyValues(pairs, (key) => env[key]);
  const host = formatEndpoint(resolveEngineEndpoint({ env }));
  return {
    ...proxyBuildArgs(given, host, env),
    ...(epoch && { SOURCE_DATE_EPOCH: epoch }),
    ...given,
  };
}

function platformsOf(flags: readonly string[], env: NodeJS.ProcessEnv): string[] {
  const platforms = flags.length > 0 ? flags : [env.DOCKER_DEFAULT_PLATFORM ?? ''];
  return platforms.flatMap((list) => list.split(',')).filter((platform) => platform !== '');
}

/** `KEY=VALUE` pairs; a `KEY` alone has the value that `fallback` finds, and without one is left out. */
function keyValues(
  pairs: readonly string[],
  fallback: (key: string) => string | undefined,
): Record<string, string> {
  const result = new Map<string, string>();
  for (const pair of pairs) {
    const [, key = '', value] = /^([^=]*)(?:=(.*))?$/s.exec(pair) ?? [];
    if (key === '') {
      throw new WarmdockError(
        'INVALID_ARGUMENT',
        `invalid key-value pair ${JSON.stringify(pair)}: empty key`,
        {
          hint: 'write KEY=VALUE',
        },
      );
    }
    const found = value ?? fallback(key);
    if (found !== undefined) result.set(key, found);
  }
  return Object.fromEntries(result);
}

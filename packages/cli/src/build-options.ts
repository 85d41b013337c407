import {
  type LayerCompression,
  type LoadingBuildOptions,
  parseSecretSpec,
  WarmdockError,
} from '@warmdock/core';
import type { BuildArguments } from './arguments/build-arguments.js';

/**
 * What the command line and the environment ask the core for, by buildx's rules.
 *
 * `DOCKER_DEFAULT_PLATFORM` and `SOURCE_DATE_EPOCH` stand in for absent flags. Throws
 * `INVALID_ARGUMENT` and `UNSUPPORTED`.
 */
export function buildOptionsOf(args: BuildArguments, env: NodeJS.ProcessEnv): LoadingBuildOptions {
  if (args.noCache && args.noCacheFilter.length > 0) {
    throw new WarmdockError(
      'INVALID_ARGUMENT',
      '--no-cache and --no-cache-filter cannot currently be used together',
      { hint: 'leave out one of them' },
    );
  }
  if (args.load === false) {
    throw new WarmdockError(
      'UNSUPPORTED',
      '--load=false is not supported: warmdock loads what it builds',
      {
        hint: 'use docker buildx build to build without loading',
      },
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
    builder: args.builder,
    // Checked by the core, which knows the choices.
    compression: args.compression as LayerCompression | undefined,
    env,
  };
}

function buildArgsOf(pairs: readonly string[], env: NodeJS.ProcessEnv): Record<string, string> {
  const epoch = env.SOURCE_DATE_EPOCH;
  return { ...(epoch && { SOURCE_DATE_EPOCH: epoch }), ...keyValues(pairs, (key) => env[key]) };
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

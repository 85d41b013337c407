import { join } from 'node:path';
import type { BuildOptions } from '@warmdock/core';
import { formatEndpoint, resolveEngineEndpoint } from '@warmdock/core/engine';
import {
  type CacheOption,
  type NetworkMode,
  parseAddHost,
  parseAnnotation,
  parseAttestation,
  parseCacheOption,
  parseSecretSpec,
  parseSize,
  parseSsh,
  parseUlimit,
} from '@warmdock/core/flags';
import { isRemote, proxyBuildArgs } from '@warmdock/core/internal';
import type { BakeTarget } from './bake-definition.js';
import { formatSpec, type Spec } from './spec.js';

/**
 * All that a target says of its build, as options of `planBuild`; of its outputs nothing.
 *
 * An inline Dockerfile comes from standard input. Throws `INVALID_ARGUMENT` for values that nobody
 * could carry out.
 */
export function targetOptions(target: BakeTarget, env: NodeJS.ProcessEnv): BuildOptions {
  return {
    ...sourceOptions(target),
    ...stepOptions(target, env),
    buildArgs: buildArgs(target, env),
    labels: withValues(target.labels),
    target: target.target,
    tags: target.tags,
    platforms: target.platforms?.flatMap((list) => list.split(',')),
    noCache: target['no-cache'] || target['no-cache-filter'],
    pull: target.pull,
    annotations: target.annotations?.flatMap((each) => parseAnnotation(each)),
    attestations: target.attest?.map((each) => parseAttestation(formatSpec(each))),
    cacheFrom: caches(target['cache-from'], '--cache-from'),
    cacheTo: caches(target['cache-to'], '--cache-to'),
  };
}

type SourceOptions = Pick<BuildOptions, 'context' | 'dockerfile' | 'buildContexts'>;

function sourceOptions(target: BakeTarget): SourceOptions {
  const { context = '.', contexts } = target;
  const named = Object.entries(withValues(contexts));
  return {
    context,
    dockerfile: dockerfileOf(target, context),
    buildContexts: named.map(([name, source]) => ({ name, source })),
  };
}

/** For bake a relative path is one in the context. */
function dockerfileOf(target: BakeTarget, context: string): string | undefined {
  const { dockerfile } = target;
  if (target['dockerfile-inline'] !== undefined) return '-';
  if (dockerfile === undefined || dockerfile.startsWith('/')) return dockerfile;
  return isRemote(context) || isRemote(dockerfile) ? dockerfile : join(context, dockerfile);
}

function stepOptions(target: BakeTarget, env: NodeJS.ProcessEnv): Partial<BuildOptions> {
  const hosts = Object.entries(withValues(target['extra-hosts']));
  const shmSizeBytes = target['shm-size'];
  return {
    secrets: target.secret?.map((each) => parseSecretSpec(formatSpec(each), env)),
    ssh: target.ssh?.map((each) =>
      typeof each === 'string' ? parseSsh(each) : { id: each.id, paths: each.paths ?? [] },
    ),
    // Checked by the core, which knows the choices.
    network: target.network as NetworkMode | undefined,
    addHosts: hosts.map(([host, addresses]) => parseAddHost(`${host}=${addresses}`)),
    shmSizeBytes: shmSizeBytes === undefined ? undefined : parseSize(shmSizeBytes, 'shm-size'),
    ulimits: target.ulimits?.map((each) => parseUlimit(each)),
    allow: target.entitlements,
  };
}

/** With the date that the environment sets for all that is built, and the proxies of docker's configuration. */
function buildArgs({ args }: BakeTarget, env: NodeJS.ProcessEnv): Record<string, string> {
  const epoch = env.SOURCE_DATE_EPOCH;
  const given = withValues(args);
  const host = formatEndpoint(resolveEngineEndpoint({ env }));
  return {
    ...proxyBuildArgs(given, host, env),
    ...(epoch && { SOURCE_DATE_EPOCH: epoch }),
    ...given,
  };
}

function caches(specs: readonly Spec[] | undefined, flag: string): CacheOption[] | undefined {
  return specs?.flatMap((each) => parseCacheOption(formatSpec(each), flag));
}

function withValues(pairs: Readonly<Record<string, string | null>> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(pairs).filter((pair): pair is [string, string] => pair[1] !== null),
  );
}

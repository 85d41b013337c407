import { join } from 'node:path';
import { WarmdockError } from '@warmdock/core';
import { isRemote } from '@warmdock/core/internal';
import type { BakeTarget } from '../targets/bake-definition.js';
import { isAtLeast, labelVersion } from './compose-version.js';
import type { BuildConfig, ProjectConfig, ServiceConfig } from './project-config.js';

/** What the command line says of all builds of a project. */
export interface ProjectBuild {
  readonly config: ProjectConfig;
  /** Of compose, as it prints it. */
  readonly version: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly noCache: boolean;
  readonly pull: boolean;
  readonly ssh: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** A service as a target, as `compose build --print` would have it. Throws `UNSUPPORTED`. */
export function serviceTarget(
  name: string,
  service: ServiceConfig & { readonly build: BuildConfig },
  project: ProjectBuild,
): BakeTarget {
  const { build } = service;
  const { context = '.' } = build;
  const image = service.image ?? `${project.config.name}-${name}`;
  return {
    ...copied(build),
    context,
    ...(build.dockerfile !== undefined && { dockerfile: dockerfileOf(build.dockerfile, context) }),
    contexts: contextsOf(name, build, project.version),
    args: { ...resolved(build.args ?? {}, project.env), ...project.buildArgs },
    labels: { ...build.labels, ...labelsOf(name, project) },
    tags: [...(build.tags ?? []), image],
    platforms: platformsOf(name, service, project.env),
    secret: secretsOf(build, project.config),
    ssh: [...(build.ssh ?? []), ...project.ssh],
    pull: project.pull || (build.pull ?? false),
    'no-cache': project.noCache || (build.no_cache ?? false),
    output: ['type=docker'],
  };
}

/** Keys that mean the same under another name; `shm_size` means nothing to a compose of this age. */
function copied(build: BuildConfig): BakeTarget {
  const { privileged, ulimits = {}, extra_hosts: hosts = [], entitlements = [] } = build;
  return {
    ...(build.dockerfile_inline !== undefined && { 'dockerfile-inline': build.dockerfile_inline }),
    ...(build.target !== undefined && { target: build.target }),
    ...(build.network !== undefined && { network: build.network }),
    'cache-from': build.cache_from ?? [],
    'cache-to': build.cache_to ?? [],
    entitlements: [...entitlements, ...(privileged ? ['security.insecure'] : [])],
    'extra-hosts': Object.fromEntries(hosts.map(hostOf)),
    ulimits: Object.entries(ulimits).map(([limit, value]) =>
      typeof value === 'number' ? `${limit}=${value}` : `${limit}=${value.soft}:${value.hard}`,
    ),
  };
}

function dockerfileOf(dockerfile: string, context: string): string {
  return isRemote(context) ? dockerfile : join(context, dockerfile);
}

/** Compose checked `service:` contexts before it could build with them. */
function contextsOf(
  service: string,
  { additional_contexts: contexts = {} }: BuildConfig,
  version: string,
): Record<string, string> {
  const named = Object.entries(contexts).map(([name, source]): [string, string] => {
    if (!source?.startsWith('service:')) return [name, source ?? ''];
    if (isAtLeast(version, [2, 33])) return [name, source.replace('service:', 'target:')];
    throw new WarmdockError(
      'UNSUPPORTED',
      `service ${service} begins with another service, which compose ${version} cannot build`,
    );
  });
  return Object.fromEntries(named);
}

/** An argument without a value is that of the environment, and absent if that has none. */
function resolved(
  args: Readonly<Record<string, string | null>>,
  env: NodeJS.ProcessEnv,
): Record<string, string | null> {
  const values = Object.entries(args).map(([key, value]) => [key, value ?? env[key] ?? null]);
  return Object.fromEntries(values);
}

/** Those by which compose knows its images. */
function labelsOf(service: string, { config, version }: ProjectBuild): Record<string, string> {
  return {
    'com.docker.compose.project': config.name,
    'com.docker.compose.service': service,
    'com.docker.compose.version': labelVersion(version),
  };
}

/** The service's platform is that of the build where that says nothing. */
function platformsOf(
  name: string,
  { platform, build }: ServiceConfig,
  env: NodeJS.ProcessEnv,
): string[] {
  const wanted = platform ?? env.DOCKER_DEFAULT_PLATFORM ?? '';
  const { platforms = [] } = build ?? {};
  if (platforms.length === 0) return wanted === '' ? [] : [wanted];
  if (wanted === '' || platforms.includes(wanted)) return platforms;
  throw new WarmdockError('INVALID_ARGUMENT', `service ${name} is not built for ${wanted}`, {
    hint: 'add it to build.platforms',
  });
}

function secretsOf({ secrets = [] }: BuildConfig, config: ProjectConfig): Record<string, string>[] {
  return secrets.map(({ source, target }) => {
    const { file, environment } = config.secrets?.[source] ?? {};
    const id = target ?? source;
    if (file !== undefined) return { id, type: 'file', src: file };
    if (environment !== undefined) return { id, type: 'env', env: environment };
    throw new WarmdockError(
      'UNSUPPORTED',
      `secret ${source} is neither a file nor from the environment`,
    );
  });
}

/** `HOST=ADDRESS`, or `HOST:ADDRESS` in what older ones print. */
function hostOf(text: string): [string, string] {
  const [, host = text, address = ''] = /^([^=:]*)[=:](.*)$/s.exec(text) ?? [];
  return [host, address];
}

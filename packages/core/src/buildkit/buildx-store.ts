import { readdirSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { dockerConfigDirectory } from '../docker/config.js';
import { contextId, type DockerContexts, dockerContexts } from '../docker/contexts.js';
import {
  isObject,
  type JsonObject,
  readJsonObject,
  readTextIfThere,
  textOf,
} from '../docker/json-file.js';
import { messageOf, WarmdockError } from '../errors.js';
import { parseGoBool } from '../go-bool.js';
import { checkOptions } from '../options/check-options.js';
import { mapOf, text } from '../options/checks.js';
import { type BuilderAddress, parseBuilderAddress, type TlsFiles } from './address.js';
import {
  type ContainerAddress,
  isContainerAddress,
  isContainerName,
  parseContainerAddress,
} from './container-address.js';

/** The builder that buildx would use. */
export type ChosenBuilder =
  /** A BuildKit with an address, as one of the builder's nodes. */
  | {
      readonly kind: 'address';
      readonly name: string;
      readonly node: string;
      readonly address: BuilderAddress | ContainerAddress;
      /** By what buildx reaches it; a container of its own is made and started by buildx when it is needed. */
      readonly driver: 'remote' | 'docker-container';
      /** Whether a build that asks for no output is to be loaded: the driver option `default-load`. */
      readonly loadsByDefault: boolean;
    }
  /** The BuildKit inside the Docker daemon of a docker context. */
  | { readonly kind: 'engine'; readonly name: string; readonly context: string };

/** What decided: a name that was given, `BUILDX_BUILDER`, `docker buildx use`, or nothing of these. */
export type BuilderRule = 'name' | 'BUILDX_BUILDER' | 'selected' | 'context';

/** Which builder of buildx's is wanted, and where its store is looked up. */
export interface ChooseBuilderOptions {
  /** Name of a buildx builder or docker context; default the one that is in use. */
  name?: string | undefined;
  /** Where `BUILDX_BUILDER`, `BUILDX_CONFIG`, `DOCKER_CONFIG`, `DOCKER_CONTEXT`, `DOCKER_HOST` and `HOME` are looked up. */
  env: NodeJS.ProcessEnv;
}

/**
 * Chooses the builder by buildx's rules, from buildx's own files, which are only read.
 *
 * Order: `name`, `$BUILDX_BUILDER`, what `docker buildx use` chose for this docker endpoint (or for
 * all), the current docker context's own. Of several nodes the first is taken. Unlike buildx, a
 * docker context may be named that is not the current one.
 *
 * Throws `NOT_FOUND` for an unknown name, `UNSUPPORTED` for drivers other than `remote`,
 * `docker-container` and `docker`, `INVALID_ARGUMENT` for broken files.
 */
export function chooseBuilder(options: ChooseBuilderOptions): ChosenBuilder {
  return explainBuilder(options).builder;
}

/** As `chooseBuilder`, with the rule that decided. */
export function explainBuilder(options: ChooseBuilderOptions): {
  readonly builder: ChosenBuilder;
  readonly rule: BuilderRule;
} {
  checkOptions('explainBuilder', options, { name: text, env: mapOf(text) }, ['env']);
  const { name, env } = options;
  const docker = dockerConfigDirectory(env);
  const contexts = dockerContexts(docker, env);
  const store = env.BUILDX_CONFIG || join(docker, 'buildx');
  const wanted = name || env.BUILDX_BUILDER;
  if (wanted) {
    return {
      builder: named(wanted, store, contexts),
      rule: name ? 'name' : 'BUILDX_BUILDER',
    };
  }
  const selected = current(store, contexts);
  if (selected) return { builder: selected, rule: 'selected' };
  return { builder: named(contexts.current, store, contexts), rule: 'context' };
}

/** A builder's stored name is in lower case; other names can only be docker contexts. */
function storedBuilder(
  store: string,
  name: string,
  contexts: DockerContexts,
): ChosenBuilder | undefined {
  if (!/^[a-zA-Z][\w.-]*$/.test(name)) return undefined;
  const path = join(store, 'instances', name.toLowerCase());
  const builder = readJsonObject(path, 'buildx builder');
  return builder && builderOf(builder, name, path, contexts);
}

function named(name: string, store: string, contexts: DockerContexts): ChosenBuilder {
  const builder = storedBuilder(store, name, contexts);
  if (builder) return builder;
  if (contexts.has(name)) return { kind: 'engine', name, context: name };
  const names = [...new Set([...contexts.list(), ...listDirectory(join(store, 'instances'))])];
  throw new WarmdockError('NOT_FOUND', `no builder "${name}" found`, {
    hint: `known builders: ${names.join(', ')}; or give an address such as tcp://host:port`,
  });
}

function current(store: string, contexts: DockerContexts): ChosenBuilder | undefined {
  const choice = readJsonObject(join(store, 'current'), "buildx's choice of builder") ?? {};
  const name = textOf(choice.Name);
  const isForThisDocker = textOf(choice.Key) === contexts.endpointKey;
  if (name && (isForThisDocker || choice.Global === true)) {
    const builder = storedBuilder(store, name, contexts);
    if (builder || isForThisDocker) return builder;
  }
  const remembered = join(store, 'defaults', contextId(contexts.endpointKey).slice(0, 20));
  return storedBuilder(
    store,
    readTextIfThere(remembered, "buildx's default builder").trim(),
    contexts,
  );
}

function builderOf(
  builder: JsonObject,
  name: string,
  path: string,
  contexts: DockerContexts,
): ChosenBuilder {
  const driver = textOf(builder.Driver);
  const node = Array.isArray(builder.Nodes) ? builder.Nodes.find(isObject) : undefined;
  const endpoint = textOf(node?.Endpoint);
  if (driver === 'remote' || driver === 'docker-container') {
    if (endpoint === '') throw badOption(name, `${path} has no node with an endpoint`);
    const options = isObject(node?.DriverOpts) ? node.DriverOpts : {};
    const nodeName = textOf(node?.Name);
    return {
      kind: 'address',
      name: textOf(builder.Name) || name,
      node: nodeName,
      address:
        driver === 'remote'
          ? remoteAddress(name, endpoint, options)
          : containerAddress(name, nodeName, endpoint, contexts),
      driver,
      loadsByDefault: loadsByDefault(name, options),
    };
  }
  if (driver === 'docker' && contexts.has(endpoint)) {
    return { kind: 'engine', name, context: endpoint };
  }
  throw new WarmdockError(
    'UNSUPPORTED',
    `builder "${name}" has the driver ${driver || '(none)'}, which cannot be used yet`,
    {
      hint: 'give the address of its BuildKit, such as tcp://host:port, or use a builder of the driver remote or docker-container',
    },
  );
}

/** Where the driver of that name has its container: the endpoint is a docker context or a daemon's address. */
function containerAddress(
  name: string,
  node: string,
  endpoint: string,
  contexts: DockerContexts,
): ContainerAddress {
  const container = `buildx_buildkit_${node}`;
  if (node === '' || !isContainerName(container))
    throw badOption(name, `its node has the name ${JSON.stringify(node.slice(0, 160))}`);
  if (contexts.has(endpoint)) return { kind: 'docker-container', container, context: endpoint };
  if (endpoint.includes('://')) return { kind: 'docker-container', container, host: endpoint };
  throw new WarmdockError(
    'NOT_FOUND',
    `builder "${name}" runs in docker context ${JSON.stringify(endpoint)}, which does not exist`,
    { hint: 'see `docker context ls`, or create the builder anew' },
  );
}

function remoteAddress(
  name: string,
  endpoint: string,
  driverOpts: JsonObject,
): BuilderAddress | ContainerAddress {
  const tls = tlsFiles(name, driverOpts);
  try {
    if (isContainerAddress(endpoint)) return parseContainerAddress(endpoint);
    return parseBuilderAddress(endpoint, tls);
  } catch (cause) {
    throw new WarmdockError('UNSUPPORTED', `builder "${name}": ${messageOf(cause)}`, {
      hint: 'its BuildKit has to be reachable as tcp://host:port, unix:///path or docker-container://name',
      cause,
    });
  }
}

const loadOption = 'default-load';

function loadsByDefault(name: string, driverOpts: JsonObject): boolean {
  const text = driverOpts[loadOption];
  const value = text === undefined ? false : parseGoBool(textOf(text));
  if (value === undefined) throw badOption(name, `${loadOption} is neither true nor false`);
  return value;
}

const tlsOptions = new Map<string, keyof TlsFiles>([
  ['cacert', 'ca'],
  ['cert', 'cert'],
  ['key', 'key'],
  ['servername', 'serverName'],
]);

/** The remote driver's options: any of the four TLS ones asks for TLS, and then a CA is required. */
function tlsFiles(name: string, driverOpts: JsonObject): TlsFiles | undefined {
  const tls: { -readonly [K in keyof TlsFiles]: TlsFiles[K] } = {};
  for (const [option, value] of Object.entries(driverOpts)) {
    if (option === loadOption) continue;
    const field = tlsOptions.get(option);
    if (!field) throw badOption(name, `the driver option ${option} is not known`);
    if (field !== 'serverName' && !isAbsolute(textOf(value)))
      throw badOption(name, `${option} is not an absolute path`);
    tls[field] = textOf(value);
  }
  if (Object.keys(tls).length === 0) return undefined;
  if (!tls.ca) throw badOption(name, 'TLS is asked for without a cacert');
  if (!tls.cert !== !tls.key) throw badOption(name, 'cert and key must be given together');
  return tls;
}

function badOption(name: string, why: string): WarmdockError {
  return new WarmdockError('INVALID_ARGUMENT', `cannot use builder "${name}": ${why}`, {
    hint: 'create it anew: docker buildx create, for one with TLS with --driver remote --driver-opt cacert=...,cert=...,key=... tcp://host:port',
  });
}

function listDirectory(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

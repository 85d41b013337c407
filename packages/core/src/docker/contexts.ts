import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readDockerConfig } from './config.js';
import { readJsonObject, textOf } from './json-file.js';

/** The context that stands for `DOCKER_HOST` or the default socket; it has no files. */
export const DEFAULT_CONTEXT = 'default';
const defaultHost = 'unix:///var/run/docker.sock';

/** The docker contexts of a user, as far as choosing a builder goes. */
export interface DockerContexts {
  /** The current one; whether it exists is not checked. */
  readonly current: string;
  /** What buildx files a builder choice under: the context's name, for the default one its host. */
  readonly endpointKey: string;
  has(name: string): boolean;
  /** All names, the default one first. */
  list(): string[];
}

/** Reads docker's contexts as its CLI does: `$DOCKER_HOST` means the default one, then `$DOCKER_CONTEXT`, then `config.json`. */
export function dockerContexts(directory: string, env: NodeJS.ProcessEnv): DockerContexts {
  const host = env.DOCKER_HOST;
  const current =
    (host ? '' : env.DOCKER_CONTEXT || readDockerConfig(directory).currentContext) ||
    DEFAULT_CONTEXT;
  const meta = join(directory, 'contexts', 'meta');
  return {
    current,
    endpointKey: current === DEFAULT_CONTEXT ? hostKey(host) : current,
    has: (name) => name === DEFAULT_CONTEXT || existsSync(join(meta, contextId(name), 'meta.json')),
    list: () => [DEFAULT_CONTEXT, ...namesIn(meta)],
  };
}

/** `DOCKER_HOST` as docker's CLI completes it. */
function hostKey(host = ''): string {
  const text = host.trim();
  if (text === '' || text === 'unix://') return defaultHost;
  const url = text.includes('://') ? text : `tcp://${text}`;
  return url.startsWith('tcp://') && !/:\d+$/.test(url) ? `${url}:2375` : url;
}

function namesIn(meta: string): string[] {
  const directories = existsSync(meta) ? readdirSync(meta) : [];
  return directories
    .map((directory) => readJsonObject(join(meta, directory, 'meta.json'), 'docker context'))
    .flatMap((context) => textOf(context?.Name) || [])
    .sort();
}

/** Docker names a context's directories by this hash of its name; buildx its `defaults` by the first 20 digits. */
export function contextId(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

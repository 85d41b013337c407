import {
  type DockerConfig,
  dockerConfigDirectory,
  readDockerConfig,
  type StoredLogin,
  storedLogin,
} from '../../docker/config.js';
import { isObject, type JsonObject, parseJsonObject } from '../../docker/json-file.js';

const dockerHubKey = 'https://index.docker.io/v1/';
const dockerHubHosts = new Set(['registry-1.docker.io', 'index.docker.io', 'docker.io']);

/** Registries that take a Docker Hub login when they have none of their own. */
const dockerHubRelatives = new Set(['dhi.io', 'registry.scout.docker.com']);

export interface LookUpOptions {
  env: NodeJS.ProcessEnv;
  signal?: AbortSignal | undefined;
}

/**
 * The user's login for a registry host (`host[:port]`) as docker would find it; `undefined` for none.
 *
 * Order: `$DOCKER_AUTH_CONFIG`, the registry's credential helper, the default one, `auths` in
 * docker's `config.json`. Everything is read anew on each call.
 */
export async function registryLogin(
  host: string,
  options: LookUpOptions,
): Promise<StoredLogin | undefined> {
  const config = readDockerConfig(dockerConfigDirectory(options.env));
  const login = await loginOf(dockerHubHosts.has(host) ? dockerHubKey : host, config, options);
  if (login || !dockerHubRelatives.has(host)) return login;
  return loginOf(dockerHubKey, config, options);
}

async function loginOf(
  key: string,
  config: DockerConfig,
  options: LookUpOptions,
): Promise<StoredLogin | undefined> {
  const given = environmentLogin(key, options.env);
  if (given) return given;
  const stored = entryOf(key, config.auths);
  const login = stored && nonEmpty(storedLogin(stored, `registry ${key} in ${config.path}`));
  const helper = config.credHelpers.get(key) ?? config.credsStore;
  if (helper === '') return login;
  const { askCredentialHelper } = await import('./credential-helper.js');
  const answer = await askCredentialHelper(helper, key, options);
  // Docker takes a static registry token from the file even where a helper keeps the rest.
  return nonEmpty({ ...empty, ...answer, registryToken: login?.registryToken ?? '' });
}

const empty: StoredLogin = { username: '', password: '', identityToken: '', registryToken: '' };

/** A user name alone, which some helpers answer with, is no login. */
function nonEmpty(login: StoredLogin): StoredLogin | undefined {
  return login.password || login.identityToken || login.registryToken ? login : undefined;
}

function environmentLogin(key: string, env: NodeJS.ProcessEnv): StoredLogin | undefined {
  const text = env.DOCKER_AUTH_CONFIG;
  if (!text) return undefined;
  const { auths } = parseJsonObject(text, 'environment variable DOCKER_AUTH_CONFIG');
  const entry = isObject(auths) ? new Map(Object.entries(auths)).get(key) : undefined;
  if (!isObject(entry) || !entry.auth) return undefined;
  return storedLogin({ auth: entry.auth }, `registry ${key} in DOCKER_AUTH_CONFIG`);
}

/** Old docker versions keyed logins by URL, such as `https://registry.example.com/v1/`. */
function entryOf(key: string, auths: ReadonlyMap<string, JsonObject>): JsonObject | undefined {
  const entry = auths.get(key);
  if (entry) return entry;
  for (const [stored, login] of auths) if (hostOf(stored) === key) return login;
  return undefined;
}

function hostOf(key: string): string {
  return key.replace(/^[a-z]+:\/\//i, '').split('/', 1)[0] ?? key;
}

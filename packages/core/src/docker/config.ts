import { homedir } from 'node:os';
import { join } from 'node:path';
import { WarmdockError } from '../errors.js';
import { isObject, type JsonObject, readJsonObject, textOf } from './json-file.js';

/** What `docker login` stored for one registry; absent parts are empty. */
export interface StoredLogin {
  readonly username: string;
  readonly password: string;
  /** An OAuth refresh token, used instead of a password. */
  readonly identityToken: string;
  /** A bearer token that the registry takes as it is. */
  readonly registryToken: string;
}

/** The parts of docker's `config.json` that a build needs. */
export interface DockerConfig {
  /** The file, which need not exist. */
  readonly path: string;
  /** By registry, keyed as docker keys them; Docker Hub is `https://index.docker.io/v1/`. */
  readonly auths: ReadonlyMap<string, JsonObject>;
  /** `pass` stands for the program `docker-credential-pass`; asked for registries that `credHelpers` does not name. */
  readonly credsStore: string;
  readonly credHelpers: ReadonlyMap<string, string>;
  readonly currentContext: string;
  /** What builds and containers are to use, by the daemon's host or `default`. */
  readonly proxies: ReadonlyMap<string, JsonObject>;
  /** What docker takes words for; `builder` is the only one that it allows. */
  readonly aliases: ReadonlyMap<string, string>;
}

/** Docker's own directory: `$DOCKER_CONFIG`, default `~/.docker`. */
export function dockerConfigDirectory(env: NodeJS.ProcessEnv): string {
  return env.DOCKER_CONFIG || join(env.HOME || homedir(), '.docker');
}

/** Reads `config.json` in docker's directory; a missing file is an empty one. Throws `INVALID_ARGUMENT` for a broken one. */
export function readDockerConfig(directory: string): DockerConfig {
  const path = join(directory, 'config.json');
  const config = readJsonObject(path, 'docker config') ?? {};
  return {
    path,
    auths: entriesOf(config.auths, isObject),
    credsStore: textOf(config.credsStore),
    credHelpers: entriesOf(config.credHelpers, isString),
    currentContext: contextName(config.currentContext, path),
    proxies: entriesOf(config.proxies, isObject),
    aliases: entriesOf(config.aliases, isString),
  };
}

/**
 * The login in an entry of `auths`.
 *
 * `auth` is base64 of `username:password` and wins over the plain fields, as in docker. `source`
 * names the entry in the `INVALID_ARGUMENT` thrown when `auth` is something else.
 */
export function storedLogin(entry: JsonObject, source: string): StoredLogin {
  const plain = { username: textOf(entry.username), password: textOf(entry.password) };
  const auth = textOf(entry.auth);
  return {
    ...(auth === '' ? plain : decodeAuth(auth, source)),
    identityToken: textOf(entry.identitytoken),
    registryToken: textOf(entry.registrytoken),
  };
}

/** Not tolerant like the rest: taking a broken one for absent would choose another daemon. */
function contextName(value: unknown, path: string): string {
  if (value === undefined || typeof value === 'string') return value ?? '';
  throw new WarmdockError(
    'INVALID_ARGUMENT',
    `cannot read docker config ${path}: its currentContext is not a string`,
  );
}

/** A map rather than the object itself: registry names come from the builder and may be `__proto__`. */
function entriesOf<T>(value: unknown, accept: (entry: unknown) => entry is T): Map<string, T> {
  const entries = isObject(value) ? Object.entries(value) : [];
  return new Map(entries.filter((entry): entry is [string, T] => accept(entry[1])));
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function decodeAuth(auth: string, source: string): { username: string; password: string } {
  const [username, ...rest] = Buffer.from(auth, 'base64').toString('utf8').split(':');
  if (!username || rest.length === 0) {
    throw new WarmdockError(
      'INVALID_ARGUMENT',
      `cannot read the login of ${source}: it is not base64 of username:password`,
      {
        hint: 'log in again with docker login',
      },
    );
  }
  return { username, password: rest.join(':').replace(/^\0+|\0+$/g, '') };
}

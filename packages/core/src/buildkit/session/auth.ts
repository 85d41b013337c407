import { randomBytes } from 'node:crypto';
import type { StoredLogin } from '../../docker/config.js';
import { WarmdockError } from '../../errors.js';
import {
  CredentialsRequest,
  CredentialsResponse,
  FetchTokenRequest,
  FetchTokenResponse,
  GetTokenAuthorityRequest,
  GetTokenAuthorityResponse,
  VerifyTokenAuthorityRequest,
  VerifyTokenAuthorityResponse,
} from '../../gen/session.js';
import { registryLogin } from '../../registry/login/registry-credentials.js';
import type { AskOptions } from '../../registry/token/ask.js';
import { GrpcCode, GrpcStatusError } from '../grpc/status.js';
import type { Attachable } from './attachable.js';
import { type TokenAuthority, tokenAuthority } from './token-authority.js';
import { unary } from './unary.js';

export interface RegistryAuthOptions {
  /** Where docker's config, credential helpers, proxies, authorities and `BUILDKIT_NO_CLIENT_TOKEN` are looked up. */
  env: NodeJS.ProcessEnv;
  /**
   * A secret of this machine that stays the same between builds, at least 32 bytes; asked for when needed.
   *
   * With it the builder may use a token of the user's last build again. Default random: each session
   * fetches its own tokens.
   */
  identityKey?: (() => Uint8Array) | undefined;
  /** Called once per registry whose login itself went to the builder. */
  onLoginShared?: ((host: string) => void) | undefined;
}

/** Logins are looked up again after this: some helpers give out secrets that live for five minutes. */
const loginLifetimeMs = 60_000;

/**
 * Gives a builder access to the registries that the user has logged in to.
 *
 * Where a registry takes bearer tokens, this side fetches them: the builder receives a token for the
 * repositories of this build instead of the login. Registries with basic authentication leave no
 * other way than to hand over the login, and the builder decides what it asks for, so this protects
 * against what a builder keeps or leaks, not against a hostile one. `BUILDKIT_NO_CLIENT_TOKEN=1`
 * switches client-side tokens off, as in buildx. Follows BuildKit's session auth service.
 */
export function registryAuth(options: RegistryAuthOptions): Attachable {
  let randomKey: Uint8Array | undefined;
  const identityKey =
    options.identityKey ??
    (() => {
      randomKey ??= randomBytes(32);
      return randomKey;
    });
  const logins = new LoginCache(options.env);
  const shared = new Set<string>();

  const authority = async (
    host: string,
    salt: Uint8Array,
    signal: AbortSignal,
  ): Promise<TokenAuthority> => {
    requireClientTokens(options.env);
    return tokenAuthority(host, await logins.get(host, signal), salt, identityKey);
  };

  return {
    methods: {
      '/moby.filesync.v1.Auth/Credentials': unary(
        CredentialsRequest,
        CredentialsResponse,
        async ({ host }, call) => {
          const login = await logins.get(host, call.signal);
          if (login && !shared.has(host)) options.onLoginShared?.(host);
          if (login) shared.add(host);
          return credentialsOf(login);
        },
      ),
      '/moby.filesync.v1.Auth/GetTokenAuthority': unary(
        GetTokenAuthorityRequest,
        GetTokenAuthorityResponse,
        async ({ host, salt }, call) => {
          const { publicKey } = await authority(host, salt, call.signal);
          return { publicKey };
        },
      ),
      '/moby.filesync.v1.Auth/VerifyTokenAuthority': unary(
        VerifyTokenAuthorityRequest,
        VerifyTokenAuthorityResponse,
        async ({ host, salt, payload }, call) => ({
          signed: (await authority(host, salt, call.signal)).sign(payload),
        }),
      ),
      '/moby.filesync.v1.Auth/FetchToken': unary(
        FetchTokenRequest,
        FetchTokenResponse,
        async (request, call) =>
          fetchTokenFor(request, await logins.get(request.host, call.signal), {
            signal: call.signal,
            env: options.env,
          }),
      ),
    },
  };
}

async function fetchTokenFor(
  request: FetchTokenRequest,
  login: StoredLogin | undefined,
  options: AskOptions,
): Promise<FetchTokenResponse> {
  if (login?.registryToken) return { token: login.registryToken, expiresIn: 60, issuedAt: 0 };
  const { fetchToken } = await import('../../registry/token/fetch-token.js');
  const { token, expiresInSeconds, issuedAtSeconds } = await fetchToken(request, login, options);
  return { token, expiresIn: expiresInSeconds, issuedAt: issuedAtSeconds };
}

/** An identity token goes without a user name: that is how BuildKit tells it from a password. */
function credentialsOf(login: StoredLogin | undefined): CredentialsResponse {
  if (!login) return { username: '', secret: '' };
  if (login.identityToken) return { username: '', secret: login.identityToken };
  return { username: login.username, secret: login.password };
}

/** BuildKit falls back to `Credentials` on UNAVAILABLE. */
function requireClientTokens(env: NodeJS.ProcessEnv): void {
  if (!/^(1|t|true)$/i.test(env.BUILDKIT_NO_CLIENT_TOKEN ?? '')) return;
  throw new GrpcStatusError(
    GrpcCode.UNAVAILABLE,
    'client-side tokens are switched off by BUILDKIT_NO_CLIENT_TOKEN',
  );
}

/** Looks logins up one at a time: some credential helpers hang when several run at once. */
class LoginCache {
  readonly #env: NodeJS.ProcessEnv;
  readonly #known = new Map<
    string,
    { readonly login: StoredLogin | undefined; readonly untilMs: number }
  >();
  #last: Promise<unknown> = Promise.resolve();

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env;
  }

  get(host: string, signal: AbortSignal): Promise<StoredLogin | undefined> {
    const next = this.#last.then(() => this.#lookUp(host, signal));
    this.#last = next.catch(() => {});
    return next;
  }

  async #lookUp(host: string, signal: AbortSignal): Promise<StoredLogin | undefined> {
    if (!/^[\w.:[\]-]+$/.test(host)) {
      throw new WarmdockError(
        'INVALID_ARGUMENT',
        `builder asked for the login of ${JSON.stringify(host)}, which is no registry host`,
      );
    }
    const known = this.#known.get(host);
    if (known && performance.now() < known.untilMs) return known.login;
    const login = await registryLogin(host, { env: this.#env, signal });
    this.#known.set(host, { login, untilMs: performance.now() + loginLifetimeMs });
    return login;
  }
}

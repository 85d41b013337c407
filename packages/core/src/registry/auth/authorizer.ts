import { abortable } from '../../content/abortable.js';
import type { CallOptions } from '../../content/content.js';
import type { StoredLogin } from '../../docker/config.js';
import { WarmdockError } from '../../errors.js';
import { fetchToken, type Token } from '../token/fetch-token.js';
import type { Challenge } from './challenge.js';

/** Answers one server's challenges, and remembers what it has asked for. */
export interface Authorizer {
  /** The `Authorization` of a request that needs these scopes; `undefined` for none. */
  authorization(scopes: readonly string[], call: CallOptions): Promise<string | undefined>;
  /**
   * Takes in what the server answered to a request with the authorization `sent`: true when another
   * try may have another answer.
   */
  challenged(
    challenges: readonly Challenge[],
    scopes: readonly string[],
    sent: string | undefined,
  ): boolean;
  /** What must not be seen by anybody, to be taken out of messages. */
  readonly secrets: ReadonlySet<string>;
  /** One for another server, which must not have the user's login. */
  anonymous(): Authorizer;
}

export interface AuthorizerOptions {
  /** `host[:port]`, for errors and as the login's name. */
  readonly registry: string;
  /** The user's login; asked for once, when the server wants one. */
  readonly login: () => Promise<StoredLogin | undefined>;
  readonly env: NodeJS.ProcessEnv;
  /** True for addresses that a token server must not have. */
  readonly refusesAddress: (address: string) => boolean;
  /** Whether the login may go to a token server without TLS. */
  readonly plainHttp: boolean;
}

type Scheme =
  | { readonly name: 'basic' }
  | { readonly name: 'bearer'; readonly realm: string; readonly service: string };

interface KeptToken {
  readonly token: Promise<Token>;
  endsAtMs: number;
}

/** A token is not used in its last seconds: it might end on the way. */
const marginMs = 10_000;
const clientId = 'warmdock';

/** Throws what `login` and `fetchToken` throw. */
export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  let scheme: Scheme | undefined;
  let login: Promise<StoredLogin | undefined> | undefined;
  /** By the scopes of a request: what the server asked for in its own words. */
  const demanded = new Map<string, readonly string[]>();
  const tokens = new Map<string, KeptToken>();
  const secrets = new Set<string>();

  async function storedLogin() {
    login ??= options.login();
    const found = await login;
    for (const each of [found?.password, found?.identityToken, found?.registryToken])
      if (each) secrets.add(each);
    return found;
  }

  async function bearer(
    scopes: readonly string[],
    realm: string,
    service: string,
    call: CallOptions,
  ) {
    const wanted = demanded.get(keyOf(scopes)) ?? scopes;
    const key = keyOf(wanted);
    let kept = tokens.get(key);
    if (!kept || kept.endsAtMs <= Date.now()) {
      kept = { token: ask(wanted, realm, service), endsAtMs: Number.POSITIVE_INFINITY };
      tokens.set(key, kept);
    }
    const mine = kept;
    try {
      const { token, expiresInSeconds } = await abortable(
        mine.token,
        `asking for a token of registry ${options.registry}`,
        call.signal,
      );
      if (mine.endsAtMs === Number.POSITIVE_INFINITY)
        mine.endsAtMs = Date.now() + Math.max(1000, expiresInSeconds * 1000 - marginMs);
      secrets.add(token);
      return `Bearer ${token}`;
    } catch (error) {
      if (tokens.get(key) === mine) tokens.delete(key);
      throw error;
    }
  }

  async function ask(scopes: readonly string[], realm: string, service: string) {
    if (!options.plainHttp && /^http:/i.test(realm)) throw insecure(options.registry);
    const request = { clientId, host: options.registry, realm, service, scopes };
    const { env, refusesAddress, plainHttp } = options;
    // Others may wait for it, too: so it is not one caller's signal that ends it.
    const { signal } = new AbortController();
    return fetchToken(request, await storedLogin(), { signal, env, refusesAddress, plainHttp });
  }

  return {
    secrets,
    anonymous: () => createAuthorizer({ ...options, login: async () => undefined }),
    async authorization(scopes, call) {
      if (!scheme) return undefined;
      const found = await storedLogin();
      if (found?.registryToken) return `Bearer ${found.registryToken}`;
      if (scheme.name === 'bearer') return bearer(scopes, scheme.realm, scheme.service, call);
      if (!found) return undefined;
      const basic = Buffer.from(`${found.username}:${found.password}`).toString('base64');
      secrets.add(basic);
      return `Basic ${basic}`;
    },
    challenged(challenges, scopes, sent) {
      const next = schemeOf(challenges);
      if (!next) return false;
      const isFirst = sent === undefined;
      scheme = next;
      if (next.name === 'basic') return isFirst;
      const asked = challenges.find((each) => each.scheme === 'bearer')?.parameters.get('scope');
      const words = asked?.split(' ').filter(Boolean) ?? [];
      const wanted = [...new Set([...scopes, ...words])].sort();
      tokens.delete(keyOf(demanded.get(keyOf(scopes)) ?? scopes));
      if (words.length > 0) demanded.set(keyOf(scopes), isFirst ? wanted : words);
      return true;
    },
  };
}

function schemeOf(challenges: readonly Challenge[]): Scheme | undefined {
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
  const realm = bearer?.parameters.get('realm');
  if (bearer && realm)
    return { name: 'bearer', realm, service: bearer.parameters.get('service') ?? '' };
  return challenges.some(({ scheme }) => scheme === 'basic') ? { name: 'basic' } : undefined;
}

function keyOf(scopes: readonly string[]): string {
  return [...scopes].sort().join(' ');
}

function insecure(registry: string): WarmdockError {
  return new WarmdockError(
    'PERMISSION_DENIED',
    `registry ${registry} names a token server without TLS, which is refused`,
    { hint: 'have the registry name one with https' },
  );
}

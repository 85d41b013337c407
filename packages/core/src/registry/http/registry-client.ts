import type { Authorizer } from '../auth/authorizer.js';
import { parseChallenges } from '../auth/challenge.js';
import type { Connections } from './connections.js';
import { drop, type Method, type Reply, type RequestBody } from './exchange.js';
import { locationOf } from './location.js';
import { refusal } from './refusal.js';
import { during, RegistryError } from './registry-error.js';
import type { RegistryHost } from './registry-host.js';
import { send } from './send.js';
import { withRetries } from './with-retries.js';

/** What is asked of a registry. */
export interface RegistryRequest {
  /** For errors: "reading manifest 1.0 of registry.example/app". */
  readonly operation: string;
  readonly method: Method;
  /** Below the API's base, such as `library/app/tags/list`; or where the registry has sent to. */
  readonly place: string | URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** Called for each try. Absent for none. */
  readonly body?: (() => RequestBody) | undefined;
  /** What the token has to allow, such as `repository:library/app:pull`. */
  readonly scopes: readonly string[];
  /** Answers that are given back; all others are thrown. */
  readonly accepts: readonly number[];
  readonly signal?: AbortSignal | undefined;
  /** False for what must not be sent twice; default true. */
  readonly isRepeatable?: boolean;
}

/** One server of a registry, with its connections and what it wants to know. */
export interface RegistryClient extends AsyncDisposable {
  readonly host: RegistryHost;
  /**
   * The answer, redirects followed and challenges met. Transport faults, 429 and 5xx are tried again.
   *
   * Throws `RegistryError` for an answer that the request does not accept.
   */
  request(request: RegistryRequest): Promise<Reply>;
}

export interface RegistryClientOptions {
  readonly registry: string;
  readonly connections: Connections;
  readonly authorizer: Authorizer;
  /** Tries after the first one; default 5. */
  readonly retries?: number | undefined;
}

const redirects = new Set([301, 302, 303, 307, 308]);
const maxRedirects = 10;
/** The first without authorization, one with a token, one with a token of the server's own words. */
const maxChallenges = 2;

export function openRegistryClient(
  host: RegistryHost,
  { registry, connections, authorizer, retries }: RegistryClientOptions,
): RegistryClient {
  /** Those whom this server sends to learn nothing of the user, and may want tokens of their own. */
  const elsewhere = new Map<string, Authorizer>();

  function authorizerOf(url: URL): Authorizer {
    if (url.origin === host.base.origin) return authorizer;
    const known = elsewhere.get(url.origin) ?? authorizer.anonymous();
    elsewhere.set(url.origin, known);
    return known;
  }

  async function attempt(asked: RegistryRequest): Promise<Reply> {
    const { operation, method } = asked;
    let url = typeof asked.place === 'string' ? new URL(asked.place, host.base) : asked.place;
    for (let hops = 0; ; hops++) {
      const reply = await answer(asked, url);
      if (!redirects.has(reply.status) || (method !== 'GET' && method !== 'HEAD'))
        return judge(reply, asked);
      await drop(reply);
      if (hops === maxRedirects) throw tooManyRedirects(operation, registry);
      url = locationOf(reply.headers.location, url, { operation, registry });
    }
  }

  /** The answer of one place, after its challenges. */
  async function answer(asked: RegistryRequest, url: URL): Promise<Reply> {
    const { scopes, signal, operation } = asked;
    const guard = authorizerOf(url);
    const authorize = () =>
      guard.authorization(scopes, { signal }).catch((error: unknown) => {
        throw during(operation, error);
      });
    let authorization = await authorize();
    for (let challenges = 0; ; challenges++) {
      const reply = await exchange(asked, url, authorization);
      if (reply.status !== 401 || challenges === maxChallenges) return reply;
      const asks = parseChallenges(
        reply.headers['www-authenticate'] ?? (await askBase(asked, url)),
      );
      if (!guard.challenged(asks, scopes, authorization)) return reply;
      const next = await authorize();
      if (next === undefined || next === authorization) return reply;
      await drop(reply);
      authorization = next;
    }
  }

  /** Some registries refuse without a word; the API's base says what they want. */
  async function askBase(asked: RegistryRequest, from: URL): Promise<string | undefined> {
    if (from.origin !== host.base.origin) return undefined;
    const reply = await exchange(
      { ...asked, method: 'GET', headers: {}, body: undefined },
      host.base,
      undefined,
    );
    await drop(reply);
    return reply.headers['www-authenticate'];
  }

  function exchange(asked: RegistryRequest, url: URL, authorization: string | undefined) {
    const { operation, method, signal } = asked;
    const headers = {
      accept: '*/*',
      ...(url.origin === host.base.origin && host.headers),
      ...asked.headers,
      ...(authorization !== undefined && { authorization }),
    };
    const sent = { method, url, headers, body: asked.body?.(), signal };
    return send(connections, sent, { operation, registry });
  }

  async function judge(reply: Reply, { accepts, operation }: RegistryRequest): Promise<Reply> {
    if (accepts.includes(reply.status)) return reply;
    const secrets = [...authorizer.secrets, ...wordsIn(host)];
    throw await refusal(reply, { operation, registry, secrets });
  }

  return {
    host,
    request(asked) {
      const { operation, signal } = asked;
      if (asked.isRepeatable === false) return attempt(asked);
      return withRetries(() => attempt(asked), { operation, signal, retries });
    },
    [Symbol.asyncDispose]: () => connections[Symbol.asyncDispose](),
  };
}

/** The user's own headers may be secret: words of them that are long enough for it. */
function wordsIn({ headers }: RegistryHost): string[] {
  const words = Object.values(headers).flatMap((value) => value.split(/\s+/));
  return words.filter(({ length }) => length >= 8);
}

function tooManyRedirects(operation: string, registry: string): RegistryError {
  return new RegistryError(
    'PROTOCOL',
    `${operation}: registry ${registry} redirects more than ${maxRedirects} times`,
    { hint: 'the registry, or a proxy before it, redirects in a circle' },
  );
}

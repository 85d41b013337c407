import type { StoredLogin } from '../../docker/config.js';
import { type JsonObject, parseJsonObject, textOf } from '../../docker/json-file.js';
import { WarmdockError } from '../../errors.js';
import { isLoopback } from './addresses.js';
import { type Answer, type AskOptions, ask, type Question, urlWithoutQuery } from './ask.js';
import { TokenError } from './token-error.js';

/** What a registry's challenge asks for. */
export interface TokenRequest {
  readonly clientId: string;
  readonly host: string;
  /** URL of the token server. */
  readonly realm: string;
  readonly service: string;
  readonly scopes: readonly string[];
}

export interface Token {
  readonly token: string;
  readonly expiresInSeconds: number;
  /** Unix time, 0 when the server does not say. */
  readonly issuedAtSeconds: number;
}

/** What the distribution specification says to assume. */
const defaultExpirySeconds = 60;

/** Token servers that have no OAuth endpoint answer a POST with one of these. */
const noOauthStatuses = new Set([400, 401, 404, 405]);

/**
 * Fetches a bearer token for a registry from the token server that its challenge names.
 *
 * Follows the distribution specification's token authentication: a login goes to the OAuth endpoint
 * (POST), and by basic authentication (GET) where the server has none; no login means an anonymous
 * GET. A login is sent over https or to this machine only (`PERMISSION_DENIED`). Throws what `ask`
 * throws. Errors name the server and its HTTP status, never what was sent or answered.
 */
export async function fetchToken(
  request: TokenRequest,
  login: StoredLogin | undefined,
  options: AskOptions,
): Promise<Token> {
  const realm = realmOf(request);
  const put = (question: Question, url = realm) => ask(request.host, url, question, options);
  const byQuery = queryUrl(realm, request);
  if (!login) return tokenIn(await put({}, byQuery), request.host, realm);
  if (!options.plainHttp) requireSecrecy(realm, request.host);
  const byPost = await put({ method: 'POST', body: oauthForm(request, login) });
  if (!noOauthStatuses.has(byPost.status)) return tokenIn(byPost, request.host, realm);
  const byGet = await put({ headers: { authorization: basicAuth(login) } }, byQuery);
  return tokenIn(byGet, request.host, realm);
}

function realmOf(request: TokenRequest): URL {
  const realm = URL.canParse(request.realm) ? new URL(request.realm) : undefined;
  if (realm && (realm.protocol === 'https:' || realm.protocol === 'http:')) return realm;
  throw new WarmdockError(
    'INVALID_ARGUMENT',
    `cannot fetch a token for registry ${request.host}: its challenge names no usable token server`,
  );
}

function requireSecrecy(realm: URL, host: string): void {
  if (realm.protocol === 'https:' || isLoopback(realm)) return;
  throw new WarmdockError(
    'PERMISSION_DENIED',
    `refused to send the login for registry ${host} to ${urlWithoutQuery(realm)} without encryption`,
    {
      hint: 'serve the registry and its token server over https',
    },
  );
}

function queryUrl(realm: URL, { service, scopes }: TokenRequest): URL {
  const url = new URL(realm);
  if (service !== '') url.searchParams.append('service', service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  return url;
}

function oauthForm(request: TokenRequest, login: StoredLogin): URLSearchParams {
  const form = new URLSearchParams({ service: request.service, client_id: request.clientId });
  if (request.scopes.length > 0) form.set('scope', request.scopes.join(' '));
  const grant: Record<string, string> = login.identityToken
    ? { grant_type: 'refresh_token', refresh_token: login.identityToken }
    : { grant_type: 'password', username: login.username, password: login.password };
  for (const [name, value] of Object.entries(grant)) form.set(name, value);
  return form;
}

function basicAuth(login: StoredLogin): string {
  const secret = login.identityToken || login.password;
  const username = login.identityToken ? '' : login.username;
  return `Basic ${Buffer.from(`${username}:${secret}`).toString('base64')}`;
}

function accepted({ status, text }: Answer, host: string, realm: URL): JsonObject {
  if (status >= 200 && status < 300)
    return parseJsonObject(text, `the answer of ${urlWithoutQuery(realm)}`);
  if (status >= 300 && status < 400) throw redirected(status, host, realm);
  const isTransient = status === 429 || status >= 500;
  throw new TokenError(
    status === 401 || status === 403 ? 'PERMISSION_DENIED' : 'UNAVAILABLE',
    `${urlWithoutQuery(realm)} gave no token for registry ${host}: HTTP ${status}`,
    { hint: isTransient ? 'try again later' : `log in again: docker login ${host}`, isTransient },
  );
}

function redirected(status: number, host: string, realm: URL): WarmdockError {
  return new WarmdockError(
    'UNAVAILABLE',
    `${urlWithoutQuery(realm)} gave no token for registry ${host}: it sends elsewhere (HTTP ${status}), which is not followed`,
    { hint: 'have the registry name the token server that answers itself' },
  );
}

function tokenIn(reply: Answer, host: string, realm: URL): Token {
  const answer = accepted(reply, host, realm);
  const token = textOf(answer.access_token) || textOf(answer.token);
  if (token === '')
    throw new WarmdockError(
      'PROTOCOL',
      `the token server of registry ${host} answered without a token`,
    );
  const expires = Number(answer.expires_in);
  const issued = Date.parse(textOf(answer.issued_at));
  return {
    token,
    expiresInSeconds: expires > 0 ? Math.floor(expires) : defaultExpirySeconds,
    issuedAtSeconds: Number.isNaN(issued) ? 0 : Math.floor(issued / 1000),
  };
}

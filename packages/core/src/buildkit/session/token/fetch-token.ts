import type { IncomingMessage } from 'node:http';
import { trustedAuthorities } from '../../authorities.js';
import type { StoredLogin } from '../../docker/config.js';
import { type JsonObject, parseJsonObject, textOf } from '../../docker/json-file.js';
import { messageOf, WarmdockError } from '../../errors.js';

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

export interface FetchTokenOptions {
  signal: AbortSignal;
  /** How long the token server may take, default 30 s: BuildKit gives up after 60. */
  timeoutMs?: number;
}

const answerLimitBytes = 1024 * 1024;

/** What the distribution specification says to assume. */
const defaultExpirySeconds = 60;

/** Token servers that have no OAuth endpoint answer a POST with one of these. */
const noOauthStatuses = new Set([401, 404, 405]);

/**
 * Fetches a bearer token for a registry from the token server that its challenge names.
 *
 * Follows the distribution specification's token authentication: a login goes to the OAuth endpoint
 * (POST), and by basic authentication (GET) where the server has none; no login means an anonymous
 * GET. A login is sent over https or to this machine only (`PERMISSION_DENIED`). Errors name the
 * server and its HTTP status, never what was sent or answered.
 */
export async function fetchToken(
  request: TokenRequest,
  login: StoredLogin | undefined,
  options: FetchTokenOptions,
): Promise<Token> {
  const realm = realmOf(request);
  const put = (question: Question, url = realm) => ask(request.host, url, question, options);
  const byQuery = queryUrl(realm, request);
  if (!login) return tokenIn(await put({}, byQuery), request.host, realm);
  requireSecrecy(realm, request.host);
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
  if (realm.protocol === 'https:' || isLoopback(realm.hostname)) return;
  throw new WarmdockError(
    'PERMISSION_DENIED',
    `refused to send the login for registry ${host} to ${nameOf(realm)} without encryption`,
    {
      hint: 'serve the registry and its token server over https',
    },
  );
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
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

interface Question {
  readonly method?: 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: URLSearchParams;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function ask(
  host: string,
  url: URL,
  question: Question,
  { signal, timeoutMs = 30_000 }: FetchTokenOptions,
): Promise<Answer> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    const response = await send(url, question, limit);
    return { status: response.statusCode ?? 0, text: await bodyOf(response) };
  } catch (cause) {
    throw new WarmdockError(
      'UNAVAILABLE',
      `cannot reach ${nameOf(url)} for a token of registry ${host}: ${messageOf(cause)}`,
      {
        hint: 'if only the builder can reach it, set BUILDKIT_NO_CLIENT_TOKEN=1; the builder then receives the login itself',
        cause,
      },
    );
  }
}

/** Follows no redirect: a login must not wander. `fetch` cannot be given further authorities. */
async function send(
  url: URL,
  { method, headers, body }: Question,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const secure = url.protocol === 'https:';
  const { request } = secure ? await import('node:https') : await import('node:http');
  const form = body && { 'content-type': 'application/x-www-form-urlencoded' };
  const authorities = secure ? await trustedAuthorities() : {};
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method: method ?? 'GET',
      headers: { ...form, ...headers },
      signal,
      ...authorities,
    });
    sent.once('response', resolve).once('error', reject);
    sent.end(body?.toString());
  });
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of response) {
    sizeBytes += chunk.length;
    if (sizeBytes > answerLimitBytes)
      throw new Error(`its answer is larger than ${answerLimitBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function accepted({ status, text }: Answer, host: string, realm: URL): JsonObject {
  if (status >= 200 && status < 300) return parseJsonObject(text, `the answer of ${nameOf(realm)}`);
  throw new WarmdockError(
    status === 401 || status === 403 ? 'PERMISSION_DENIED' : 'UNAVAILABLE',
    `${nameOf(realm)} gave no token for registry ${host}: HTTP ${status}`,
    { hint: `log in again: docker login ${host}` },
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

/** The URL without its query and user part, which may hold secrets. */
function nameOf(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

import { randomUUID, sign, X509Certificate } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Listening, listenAt } from '../fakes/listen.js';

/** Who gets tokens, and what they allow in every repository: `pull`, `push`, `delete`. */
export interface TokenUser {
  readonly username: string;
  readonly password: string;
  readonly actions: readonly string[];
}

export interface JwtTokenServerOptions {
  readonly users: readonly TokenUser[];
  /** PEM: an elliptic curve's key, and its certificate, which the registry's bundle has signed. */
  readonly key: string;
  readonly certificate: string;
}

export interface JwtTokenServer extends Listening {
  /** The `auth.token` of a registry's configuration, but for its bundle. */
  readonly auth: { readonly realm: string; readonly service: string; readonly issuer: string };
}

interface Access {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}

const service = 'testkit registry';
const issuer = 'testkit tokens';
const lifetimeSeconds = 300;

/** Starts a token server whose tokens a real `docker-registry` checks by their signatures. */
export async function startJwtTokenServer(options: JwtTokenServerOptions): Promise<JwtTokenServer> {
  const server = createServer((request, response) => answer(options, request, response));
  const listening = await listenAt(server, 'tcp');
  const realm = `${listening.address.replace('tcp:', 'http:')}/token`;
  return Object.assign(listening, { auth: { realm, service, issuer } });
}

/** By GET alone: it knows no OAuth. Who does not log in gets a token that allows nothing. */
function answer(
  options: JwtTokenServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  request.resume();
  if (request.method !== 'GET') return void response.writeHead(405).end('{}');
  const { authorization } = request.headers;
  const user = options.users.find((each) => basicOf(each) === authorization);
  if (authorization !== undefined && !user) return void response.writeHead(401).end('{}');
  const asked = new URL(request.url ?? '/', 'http://server').searchParams.getAll('scope');
  const scopes = asked.flatMap((each) => each.split(' ')).filter(Boolean);
  const access = scopes.map((scope) => granted(scope, user?.actions ?? []));
  const token = signed(claimsOf(access, user?.username ?? ''), options);
  response.end(JSON.stringify({ token, expires_in: lifetimeSeconds }));
}

function basicOf({ username, password }: TokenUser): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** What is asked for, as far as the user may. */
function granted(scope: string, allowed: readonly string[]): Access {
  const [, type = '', name = '', actions = ''] = /^(\w+):(.+):([^:]*)$/.exec(scope) ?? [];
  return { type, name, actions: actions.split(',').filter((each) => allowed.includes(each)) };
}

function claimsOf(access: readonly Access[], subject: string) {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: issuer,
    sub: subject,
    aud: service,
    // Clocks of two machines may differ a little.
    nbf: now - 10,
    iat: now,
    exp: now + lifetimeSeconds,
    jti: randomUUID(),
    access,
  };
}

/** A JSON web token (RFC 7519) by ES256, which names its certificate in `x5c`. */
function signed(claims: object, { key, certificate }: JwtTokenServerOptions): string {
  const x5c = [new X509Certificate(certificate).raw.toString('base64')];
  const parts = [{ typ: 'JWT', alg: 'ES256', x5c }, claims];
  const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  const body = text.join('.');
  const signature = sign('sha256', Buffer.from(body), { key, dsaEncoding: 'ieee-p1363' });
  return `${body}.${signature.toString('base64url')}`;
}

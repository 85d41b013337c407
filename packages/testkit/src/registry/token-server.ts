import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { type Listening, listenAt } from '../fakes/listen.js';
import type { Access } from './fake-registry.js';

export interface TokenServerOptions {
  /** Who gets tokens for pushes, and with `isPrivate` for pulls; default nobody has to say who it is. */
  readonly login?: { readonly username: string; readonly password: string };
  /** Whether pulls need the login, too. */
  readonly isPrivate?: boolean;
  /** What a POST for a token is answered with, by servers that know none. */
  readonly oauthStatus?: number;
  /** What the first requests are answered with. */
  readonly firstStatuses?: readonly number[];
  /** Default 300; a token is refused afterwards. */
  readonly lifetimeMs?: number;
  /** Only the first scope that is asked for is heeded. */
  readonly firstScopeOnly?: boolean;
  /** The registry refuses without saying what it wants, but at `/v2/`. */
  readonly isSilent?: boolean;
}

export interface TokenServer extends Listening {
  /** For `startFakeRegistry`. */
  readonly guard: (request: IncomingMessage, path: string, access: Access) => string | undefined;
  /** All requests for tokens: method and query. */
  readonly requests: string[];
  /** No token that was given is good any more. */
  revoke(): void;
}

interface Grant {
  readonly scopes: readonly string[];
  readonly endsAtMs: number;
}

/** Starts a token server of its own, as Docker Hub has one. */
export async function startTokenServer(options: TokenServerOptions = {}): Promise<TokenServer> {
  const { lifetimeMs = 300_000 } = options;
  const grants = new Map<string, Grant>();
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://server');
    requests.push(`${request.method} ${url.search}`);
    if (request.method === 'POST' && options.oauthStatus !== undefined) {
      request.resume();
      return void response.writeHead(options.oauthStatus).end('{}');
    }
    const status = options.firstStatuses?.[requests.length - 1];
    if (status !== undefined) {
      request.resume();
      return void response.writeHead(status).end('{}');
    }
    const asked = await askedIn(request, url);
    if (asked.login !== undefined && asked.login !== expected(options))
      return void response.writeHead(401).end('{"errors":[{"code":"UNAUTHORIZED"}]}');
    const isKnown = asked.login !== undefined;
    const scopes = (options.firstScopeOnly ? asked.scopes.slice(0, 1) : asked.scopes).flatMap(
      (scope) => allowed(scope, isKnown, options),
    );
    const token = randomUUID();
    grants.set(token, { scopes, endsAtMs: Date.now() + lifetimeMs });
    const body = { token, access_token: token, expires_in: Math.ceil(lifetimeMs / 1000) };
    response.end(JSON.stringify(body));
  });
  const listening = await listenAt(server, 'tcp');
  const realm = `${listening.address.replace('tcp:', 'http:')}/token`;
  const guard: TokenServer['guard'] = (request, path, access) => {
    const isBase = path === '';
    const token = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const { scopes, endsAtMs } = grants.get(token) ?? { scopes: [], endsAtMs: 0 };
    if (endsAtMs > Date.now() && (isBase || covers(scopes, path, access))) return undefined;
    if (options.isSilent && !isBase) return '';
    const actions = access === 'pull' ? 'pull' : 'pull,push';
    const wants = isBase ? '' : `,scope="repository:${path}:${actions}"`;
    return `Bearer realm="${realm}",service="fake"${wants}`;
  };
  return Object.assign(listening, { guard, requests, revoke: () => grants.clear() });
}

function expected({ login }: TokenServerOptions): string {
  return login ? `${login.username}:${login.password}` : '';
}

async function askedIn(request: IncomingMessage, url: URL) {
  if (request.method !== 'POST') {
    const basic = /^Basic (.*)$/.exec(request.headers.authorization ?? '')?.[1];
    const login = basic === undefined ? undefined : Buffer.from(basic, 'base64').toString();
    return { login, scopes: url.searchParams.getAll('scope') };
  }
  const form = new URLSearchParams(await text(request));
  const scopes = (form.get('scope') ?? '').split(' ').filter(Boolean);
  return { login: `${form.get('username')}:${form.get('password')}`, scopes };
}

/** What of a scope this user may do. */
function allowed(scope: string, isKnown: boolean, options: TokenServerOptions): string[] {
  const [kind, path, actions = ''] = scope.split(':');
  const isOpen = options.login === undefined || isKnown;
  const kept = actions.split(',').filter((action) => {
    return isOpen || (action === 'pull' && !options.isPrivate);
  });
  return kept.length === 0 ? [] : [`${kind}:${path}:${kept.join(',')}`];
}

function covers(scopes: readonly string[], path: string, access: Access): boolean {
  return scopes.some((scope) => {
    const [, of, actions = ''] = scope.split(':');
    return of === path && actions.split(',').includes(access);
  });
}

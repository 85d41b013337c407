import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Listening, listenAt } from '../fakes/listen.js';
import { answerBlob } from './answer-blob.js';
import { answerManifest, listReferrers, listTags } from './answer-manifest.js';
import { answerUpload } from './answer-upload.js';
import { type Exchange, refuse, reply } from './exchange.js';
import { isPath } from './names.js';
import { RegistryContent } from './registry-content.js';
import type { RegistryFaults } from './registry-faults.js';

/** A request as it came. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly authorization: string | undefined;
  readonly range: string | undefined;
}

export interface FakeRegistry extends Listening {
  /** `127.0.0.1:port`, the first part of a reference. */
  readonly host: string;
  readonly content: RegistryContent;
  /** Switched by tests at any time. */
  faults: RegistryFaults;
  /** In the order in which they came. */
  readonly requests: SeenRequest[];
}

export interface FakeRegistryOptions {
  /** Says who is let in; default everybody. Answers a challenge, or `undefined`. */
  readonly guard?: (request: IncomingMessage, path: string, access: Access) => string | undefined;
}

export type Access = 'pull' | 'push';

/** Starts an empty registry without TLS. */
export async function startFakeRegistry({
  guard,
}: FakeRegistryOptions = {}): Promise<FakeRegistry> {
  const content = new RegistryContent();
  const requests: SeenRequest[] = [];
  const registry: { faults: RegistryFaults } = { faults: {} };
  const server = createServer((request, response) => {
    requests.push(seen(request));
    const exchange = exchangeOf(request, response, content, registry.faults);
    void serve(exchange, guard).catch(() => response.destroy());
  });
  server.requestTimeout = 0;
  const listening = await listenAt(server, 'tcp');
  const elsewhere = await startElsewhere(content, registry);
  const host = listening.address.replace('tcp://', '');
  return Object.assign(registry, listening, {
    host,
    content,
    requests,
    async [Symbol.asyncDispose]() {
      await Promise.all([listening[Symbol.asyncDispose](), elsewhere[Symbol.asyncDispose]()]);
    },
  });

  function exchangeOf(
    request: IncomingMessage,
    response: ServerResponse,
    of: RegistryContent,
    faults: RegistryFaults,
  ): Exchange {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
    return { request, response, url, content: of, faults, elsewhere: elsewhere.address };
  }
}

function seen({ method = '', url = '', headers }: IncomingMessage): SeenRequest {
  return { method, target: url, authorization: headers.authorization, range: headers.range };
}

async function serve(exchange: Exchange, guard: FakeRegistryOptions['guard']): Promise<void> {
  const { request, url } = exchange;
  const [, path = '', kind = '', name = ''] =
    /^\/v2\/(.+)\/(blobs|manifests|tags|referrers)\/(.*)$/.exec(url.pathname) ?? [];
  const access = request.method === 'GET' || request.method === 'HEAD' ? 'pull' : 'push';
  if (isRefused(exchange, access, guard?.(request, path, access))) return;
  if (url.pathname === '/v2/') return reply(exchange, 200, { body: '{}' });
  if (kind === '')
    return refuse(exchange, 404, 'NAME_UNKNOWN', 'repository name not known to registry');
  if (!isPath(path)) return refuse(exchange, 400, 'NAME_INVALID', 'invalid repository name');
  return answer(exchange, path, name.startsWith('uploads/') ? 'uploads' : kind, name);
}

const methods: Readonly<Record<string, readonly string[]>> = {
  blobs: ['GET', 'HEAD', 'DELETE'],
  uploads: ['POST', 'GET', 'PATCH', 'PUT', 'DELETE'],
  manifests: ['GET', 'HEAD', 'PUT', 'DELETE'],
  tags: ['GET'],
  referrers: ['GET'],
};

async function answer(exchange: Exchange, path: string, kind: string, name: string): Promise<void> {
  if (!methods[kind]?.includes(exchange.request.method ?? ''))
    return refuse(exchange, 405, 'UNSUPPORTED', 'the operation is unsupported');
  if (kind === 'uploads') return answerUpload(exchange, path, name);
  if (kind === 'blobs') return answerBlob(exchange, path, name);
  if (kind === 'manifests') return answerManifest(exchange, path, decodeURIComponent(name));
  return kind === 'tags' ? listTags(exchange, path) : listReferrers(exchange, path, name);
}

/** True when the exchange has ended before the registry looked at what was asked. */
function isRefused(exchange: Exchange, access: Access, challenge: string | undefined): boolean {
  const { next, denies } = exchange.faults;
  const isNext = next !== undefined && next.count > 0;
  if (!isNext && challenge === undefined && !(access === 'push' && denies)) return false;
  exchange.request.resume();
  if (isNext) {
    next.count--;
    reply(exchange, next.status, { headers: next.headers ?? {} });
  } else if (challenge !== undefined) {
    const headers = challenge === '' ? {} : { 'www-authenticate': challenge };
    refuse(exchange, 401, 'UNAUTHORIZED', 'authentication required', headers);
  } else if (denies) refuse(exchange, denies.status, denies.code, denies.message);
  return true;
}

/** The object storage that blobs may be redirected to. */
async function startElsewhere(content: RegistryContent, registry: { faults: RegistryFaults }) {
  const token = 'elsewhere';
  const server = createServer((request, response) => {
    const { faults } = registry;
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
    if (url.pathname === '/token') return void response.end(JSON.stringify({ token }));
    const { authorization } = request.headers;
    if (faults.redirectsBlobs === 'strict' && authorization) {
      return void response.writeHead(400).end('only one auth mechanism allowed');
    }
    if (faults.redirectsBlobs === 'challenging' && authorization !== `Bearer ${token}`) {
      const challenge = `Bearer realm="http://${request.headers.host}/token",service="elsewhere"`;
      return void response.writeHead(401, { 'www-authenticate': challenge }).end();
    }
    const [, path = '', name = ''] = /^\/(.+)\/(sha256:[0-9a-f]+)$/.exec(url.pathname) ?? [];
    const { redirectsBlobs: _, ...others } = faults;
    const exchange = { request, response, url, content, faults: others, elsewhere: '' };
    void answerBlob(exchange, path, name).catch(() => response.destroy());
  });
  return listenAt(server, 'tcp');
}

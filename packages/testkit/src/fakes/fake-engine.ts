import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { listenAt } from './listen.js';

export interface EngineRequest {
  method: string;
  /** Without query, and without the version in front. */
  path: string;
  /** The `1.51` of `/v1.51/info`. */
  apiVersion: string | undefined;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  /** Filled once the body has been read to its end. */
  body: Buffer | undefined;
}

export interface EngineReply {
  /** Default 200. */
  status?: number;
  headers?: Record<string, string>;
  /** Objects are sent as JSON, arrays of objects as JSON lines. */
  body?: string | Uint8Array | object;
}

/** Answers by hand, before or while the body (in `message`) arrives. */
export type EngineHandler = (
  request: EngineRequest,
  response: ServerResponse,
  message: IncomingMessage,
) => void | Promise<void>;

/** Takes over the connection after the 101 answer. */
export type UpgradeHandler = (connection: Duplex, request: EngineRequest) => void;

export interface FakeEngineOptions {
  /**
   * Keys like `DELETE /images/*`, where `*` stands for any text; the first that fits answers.
   * A plain reply is sent when the body has been read. What no route fits gets dockerd's 404.
   */
  routes?: Record<string, EngineReply | EngineHandler>;
  /** Likewise for requests that ask for an upgrade, such as `POST /grpc`. */
  upgrades?: Record<string, UpgradeHandler>;
  /** Likewise, in place of the upgrade. */
  refusals?: Record<string, EngineReply>;
}

export interface FakeEngine extends AsyncDisposable {
  readonly socket: string;
  /** For `DOCKER_HOST`. */
  readonly host: string;
  /** Every request so far, in order of arrival. */
  readonly requests: readonly EngineRequest[];
  /** Breaks every connection. */
  cut(): void;
}

/** A Docker Engine API on a unix socket whose answers the test scripts. */
export async function startFakeEngine(options: FakeEngineOptions = {}): Promise<FakeEngine> {
  const requests: EngineRequest[] = [];
  const record = (message: IncomingMessage) => {
    const request = requestOf(message);
    requests.push(request);
    return request;
  };
  const server = createServer(async (message, response) => {
    const request = record(message);
    const route = find(options.routes, request) ?? notFound;
    if (typeof route === 'function') return route(request, response, message);
    request.body = await buffer(message);
    sendFakeReply(response, route);
  });
  server.on('upgrade', async (message, connection, head) => {
    const request = record(message);
    request.body = await bodyBeforeUpgrade(message, connection, head);
    const upgrade = find(options.upgrades, request);
    if (upgrade === undefined)
      return refuseUpgrade(connection, find(options.refusals, request) ?? notFound);
    const protocol = message.headers.upgrade ?? 'h2c';
    connection.write(
      `HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`,
    );
    upgrade(connection, request);
  });
  const { address, ...listening } = await listenAt(server, 'unix');
  return { socket: address.slice('unix://'.length), host: address, requests, ...listening };
}

/** What else has come is left in the connection. */
async function bodyBeforeUpgrade(
  { headers }: IncomingMessage,
  connection: Duplex,
  head: Buffer,
): Promise<Buffer> {
  const sizeBytes = Number(headers['content-length'] ?? 0);
  let come = head;
  while (come.length < sizeBytes) {
    await once(connection, 'readable');
    come = Buffer.concat([come, connection.read() ?? Buffer.alloc(0)]);
  }
  if (come.length > sizeBytes) connection.unshift(come.subarray(sizeBytes));
  return come.subarray(0, sizeBytes);
}

const notFound: EngineReply = { status: 404, body: { message: 'page not found' } };

function requestOf({ method = '', url = '/', headers }: IncomingMessage): EngineRequest {
  const { pathname, searchParams: query } = new URL(url, 'http://docker');
  const [, apiVersion, path = '/'] = /^(?:\/v(\d+\.\d+))?(\/.*)$/.exec(pathname) ?? [];
  return { method, path, apiVersion, query, headers, body: undefined };
}

function find<T>(table: Record<string, T> = {}, { method, path }: EngineRequest): T | undefined {
  const asked = `${method} ${path}`;
  return Object.entries(table).find(([pattern]) => fits(pattern, asked))?.[1];
}

function fits(pattern: string, asked: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(asked);
}

export function sendFakeReply(
  response: ServerResponse,
  { status = 200, headers, body = '' }: EngineReply,
): void {
  const raw = typeof body === 'string' || body instanceof Uint8Array;
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(raw ? body : jsonOf(body));
}

/** Answers a request for an upgrade by this, on a connection that is of no further use. */
export function refuseUpgrade(connection: Duplex, { status = 200, body = '' }: EngineReply): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const length = `Content-Length: ${Buffer.byteLength(text)}`;
  connection.end(`HTTP/1.1 ${status} Refused\r\n${length}\r\nConnection: close\r\n\r\n${text}`);
}

function jsonOf(body: object): string {
  const lines = Array.isArray(body) ? body : [body];
  return lines.map((line) => `${JSON.stringify(line)}\r\n`).join('');
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { RegistryContent } from './registry-content.js';
import type { RegistryFaults } from './registry-faults.js';

/** One request with all that is needed for its answer. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly content: RegistryContent;
  readonly faults: RegistryFaults;
  /** `tcp://host:port` of the object storage. */
  readonly elsewhere: string;
}

export interface Answer {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

/** Ends the exchange. */
export function reply(
  { request, response, faults }: Exchange,
  status: number,
  { headers = {}, body = '' }: Answer = {},
) {
  const isHead = request.method === 'HEAD';
  const bytes = Buffer.from(body);
  if (faults.http10) {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    response.socket?.end(
      Buffer.concat([
        Buffer.from(`HTTP/1.0 ${status} OK\r\n${lines.join('')}\r\n`),
        isHead ? Buffer.alloc(0) : bytes,
      ]),
    );
    return;
  }
  response.writeHead(status, { 'content-length': `${bytes.length}`, ...headers });
  response.end(isHead ? undefined : bytes);
}

/** Ends the exchange with an error as the specification has it. */
export function refuse(
  exchange: Exchange,
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
) {
  const body = JSON.stringify({ errors: [{ code, message }] });
  reply(exchange, status, { headers: { 'content-type': 'application/json', ...headers }, body });
}

/** Ends the exchange with a document. */
export function replyDocument(
  exchange: Exchange,
  bytes: Buffer,
  headers: Readonly<Record<string, string>>,
) {
  const { truncatedJson, gzips } = exchange.faults;
  const whole = truncatedJson ? bytes.subarray(0, bytes.length / 2) : bytes;
  if (!gzips) return reply(exchange, 200, { headers, body: whole });
  const packed = { ...headers, 'content-encoding': 'gzip' };
  return reply(exchange, 200, { headers: packed, body: gzipSync(whole) });
}

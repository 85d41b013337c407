import type { Duplex } from 'node:stream';
import { cancelled, messageOf, WarmdockError } from '../../errors.js';
import { type Http2Connection, openConnection } from '../http2/connection.js';
import type { Http2Stream } from '../http2/stream.js';
import type { Call } from './call.js';
import { ClientCall } from './client-call.js';
import { headersOf } from './metadata.js';
import { oneAnswer } from './one-answer.js';

/**
 * How much one stream may send before we acknowledge it.
 *
 * The default of 64 KB holds `Content/Read` to a round trip per 64 KB. Larger than this gains
 * nothing on a local network and only grows what a slow consumer keeps in memory.
 */
const streamWindowBytes = 2 * 1024 * 1024;
const connectionWindowBytes = 8 * 1024 * 1024;

export interface CallOptions {
  signal?: AbortSignal | undefined;
  metadata?: Record<string, string | string[]>;
  /** How long the peer may be silent while an answer is waited for, then `TIMEOUT`; default for ever. */
  silenceMs?: number | undefined;
}

/** One gRPC connection; calls run side by side on it. */
export interface Channel {
  /** One request, one answer; throws `GrpcStatusError` when the peer says so, `UNAVAILABLE` when the connection fails. */
  unary(method: string, request: Uint8Array, options?: CallOptions): Promise<Buffer>;
  /** Opens a stream of messages in both directions. */
  call(method: string, options?: CallOptions): Call;
  /** The error that ended the connection, `undefined` while it lives. */
  readonly failure: WarmdockError | undefined;
  close(): void;
}

/**
 * Speaks gRPC over HTTP/2 on an open byte stream (a socket, TLS, a hijacked Engine API connection).
 *
 * `peer` names the other side in errors. Follows the gRPC-over-HTTP/2 protocol.
 */
export function openChannel(connection: Duplex, peer: string): Channel {
  return new Http2Channel(connection, peer);
}

class Http2Channel implements Channel {
  readonly #connection: Http2Connection;
  readonly #peer: string;
  failure: WarmdockError | undefined;

  constructor(connection: Duplex, peer: string) {
    this.#peer = peer;
    this.#connection = openConnection(connection, {
      role: 'client',
      streamWindowBytes,
      connectionWindowBytes,
      onGoaway: (why) => this.#fail(why),
      onEnd: (why) => this.#fail(why),
    });
  }

  async unary(method: string, request: Uint8Array, options: CallOptions = {}): Promise<Buffer> {
    return oneAnswer(this.call(method, options), method, request);
  }

  call(method: string, options: CallOptions = {}): Call {
    const stream = this.#request(method, options);
    return new ClientCall(stream, {
      operation: `${method} on ${this.#peer}`,
      signal: options.signal,
      silenceMs: options.silenceMs,
      connectionFailure: () => this.failure,
    });
  }

  close(): void {
    this.failure ??= new WarmdockError(
      'UNAVAILABLE',
      `connection to ${this.#peer} was closed by this side`,
    );
    this.#connection.close();
  }

  #request(method: string, options: CallOptions): Http2Stream {
    if (options.signal?.aborted) throw cancelled(`${method} on ${this.#peer}`, options.signal);
    if (this.failure) throw this.failure;
    return this.#connection.request([
      ...[':method', 'POST', ':scheme', 'http', ':path', method, ':authority', 'buildkit'],
      ...['te', 'trailers', 'content-type', 'application/grpc', 'user-agent', 'warmdock'],
      ...headersOf(options.metadata ?? {}),
    ]);
  }

  #fail(cause: Error): void {
    this.failure ??= new WarmdockError(
      'UNAVAILABLE',
      `connection to ${this.#peer} failed: ${messageOf(cause)}`,
      {
        hint: this.#connection.greeted
          ? 'check that the builder is still running and reachable, then build again'
          : 'check the address: what listens there does not answer as a BuildKit does',
        cause,
      },
    );
  }
}

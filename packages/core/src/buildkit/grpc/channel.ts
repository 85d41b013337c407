import http2, { type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';
import { cancelled, messageOf, WarmdockError } from '../../errors.js';
import { afterInput } from './after-input.js';
import { ClientCall } from './client-call.js';
import { GrpcCode, GrpcStatusError } from './status.js';

/**
 * How much one stream may send before we acknowledge it.
 *
 * The default of 64 KB holds `Content/Read` to a round trip per 64 KB. Larger than this gains
 * nothing on a local network and only grows what a slow consumer keeps in memory.
 */
const streamWindowBytes = 2 * 1024 * 1024;
const connectionWindowBytes = 8 * 1024 * 1024;

/**
 * Node's HTTP/2 falls silent, without an event, when a peer's trailers pass 64 KB; BuildKit's do when
 * a build with a Dockerfile above 40 KB fails. A peer that heeds this resets the call instead.
 */
const maxHeaderListSize = 65_535;

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
  call(method: string, options?: CallOptions): ClientCall;
  /** The error that ended the connection, `undefined` while it lives. */
  readonly failure: WarmdockError | undefined;
  close(): void;
}

/**
 * Speaks gRPC over HTTP/2 on an open byte stream (a socket, TLS, a hijacked Engine API connection).
 *
 * `peer` names the other side in errors. Follows the gRPC-over-HTTP/2 protocol; `node:http2` itself
 * rather than a gRPC library because it starts in a third of the time and takes any duplex.
 */
export function openChannel(connection: Duplex, peer: string): Channel {
  return new Http2Channel(connection, peer);
}

class Http2Channel implements Channel {
  readonly #session: ClientHttp2Session;
  readonly #peer: string;
  /** Whether the peer has shown that it speaks HTTP/2. */
  #greeted = false;
  failure: WarmdockError | undefined;

  constructor(connection: Duplex, peer: string) {
    this.#peer = peer;
    this.#session = http2.connect('http://buildkit', {
      createConnection: () => connection,
      settings: { initialWindowSize: streamWindowBytes, maxHeaderListSize, enablePush: false },
    });
    this.#session.once('connect', () => {
      // Node throws for a session that was closed in the meantime.
      if (!this.#session.destroyed) this.#session.setLocalWindowSize(connectionWindowBytes);
    });
    this.#session.once('remoteSettings', () => {
      this.#greeted = true;
    });
    this.#session.once('error', (error) => this.#fail(error));
    this.#session.once('goaway', (code) =>
      this.#fail(new Error(`the peer went away (code ${code})`)),
    );
    this.#session.once('close', () => this.#fail(new Error('the connection was closed')));
  }

  async unary(method: string, request: Uint8Array, options: CallOptions = {}): Promise<Buffer> {
    const call = this.call(method, options);
    call.write([request]);
    call.end();
    let answer: Buffer | undefined;
    for await (const message of call.messages) answer ??= message;
    if (answer) return answer;
    throw new GrpcStatusError(GrpcCode.INTERNAL, `${method} answered OK without a message`);
  }

  call(method: string, options: CallOptions = {}): ClientCall {
    const stream = this.#request(method, options);
    return new ClientCall(stream, {
      operation: `${method} on ${this.#peer}`,
      signal: options.signal,
      silenceMs: options.silenceMs,
      connectionFailure: (error) => this.#failureAfter(error),
    });
  }

  #request(method: string, options: CallOptions): ClientHttp2Stream {
    if (options.signal?.aborted) throw cancelled(`${method} on ${this.#peer}`, options.signal);
    if (this.failure) throw this.failure;
    return this.#session.request({
      ':method': 'POST',
      ':path': method,
      ':scheme': 'http',
      ':authority': 'buildkit',
      te: 'trailers',
      'content-type': 'application/grpc',
      'user-agent': 'warmdock',
      ...options.metadata,
    });
  }

  close(): void {
    this.failure ??= new WarmdockError(
      'UNAVAILABLE',
      `connection to ${this.#peer} was closed by this side`,
    );
    afterInput(() => this.#session.destroy());
  }

  /** Calls hear of the connection's end before its own event comes. */
  #failureAfter(error: unknown): WarmdockError | undefined {
    if (this.#session.destroyed) this.#fail(error);
    return this.failure;
  }

  #fail(cause: unknown): void {
    this.failure ??= new WarmdockError(
      'UNAVAILABLE',
      `connection to ${this.#peer} failed: ${messageOf(cause)}`,
      {
        hint: this.#greeted
          ? 'check that the builder is still running and reachable, then build again'
          : 'check the address: what listens there does not answer as a BuildKit does',
        cause,
      },
    );
  }
}

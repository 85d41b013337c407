import type { Duplex } from 'node:stream';
import { cancelled, isWarmdockError, messageOf, WarmdockError } from '../../errors.js';
import { type Http2Connection, openConnection } from '../http2/connection.js';
import { defaultKeepalive, type KeepaliveOptions } from '../http2/keepalive.js';
import type { Http2Stream } from '../http2/stream.js';
import type { Call } from './call.js';
import { ClientCall } from './client-call.js';
import { headersOf } from './metadata.js';
import { oneAnswer } from './one-answer.js';
import { RepeatableStream } from './repeatable-stream.js';

/**
 * How much one stream may send before we acknowledge it.
 *
 * The default of 64 KB holds `Content/Read` to a round trip per 64 KB. Larger than this gains
 * nothing on a local network and only grows what a slow consumer keeps in memory.
 */
const streamWindowBytes = 2 * 1024 * 1024;
const connectionWindowBytes = 8 * 1024 * 1024;

export interface ChannelCallOptions {
  signal?: AbortSignal | undefined;
  metadata?: Record<string, string | string[]>;
  /** How long the peer may be silent while an answer is waited for, then `TIMEOUT`; default for ever. */
  silenceMs?: number | undefined;
}

/** What requests say of where they go (RFC 9113 §8.3.1). */
export interface RequestTarget {
  readonly scheme: 'http' | 'https';
  readonly authority: string;
}

/** What connections say of where they go, and how long they wait for what. */
export interface ChannelOptions {
  /** Default that of a unix socket: `http` and `localhost`, as gRPC has it. */
  readonly target?: RequestTarget;
  /** When a silent peer with open calls is asked whether it is still there, and for how long. */
  readonly keepalive?: Partial<KeepaliveOptions>;
  /** How long the peer may take for its HTTP/2 settings and for acknowledging ours, default 20 s. */
  readonly settingsMs?: number;
  /** How long calls may wait until the peer has room for one of them, default 25 s; then `TIMEOUT`. */
  readonly freeStreamMs?: number;
}

/** Where calls go that the peer of a channel did nothing with, as one that goes away says. */
export type Elsewhere = (signal: AbortSignal | undefined) => Promise<Channel>;

const localTarget: RequestTarget = { scheme: 'http', authority: 'localhost' };

/** One gRPC connection; calls run side by side on it. */
export interface Channel {
  /** One request, one answer; throws `GrpcStatusError` when the peer says so, `UNAVAILABLE` when the connection fails. */
  unary(method: string, request: Uint8Array, options?: ChannelCallOptions): Promise<Buffer>;
  /** Opens a stream of messages in both directions. */
  call(method: string, options?: ChannelCallOptions): Call;
  /** The error that ended the connection, `undefined` while it lives. */
  readonly failure: WarmdockError | undefined;
  close(): void;
}

/**
 * Speaks gRPC over HTTP/2 on an open byte stream (a socket, TLS, a hijacked Engine API connection).
 *
 * `peer` names the other side in errors. Without `elsewhere`, calls that the peer did nothing with fail.
 * Follows the gRPC-over-HTTP/2 protocol.
 */
export function openChannel(
  connection: Duplex,
  peer: string,
  options: ChannelOptions = {},
  elsewhere?: Elsewhere,
): Channel {
  return new Http2Channel(connection, peer, options, elsewhere);
}

class Http2Channel implements Channel {
  readonly #connection: Http2Connection;
  readonly #peer: string;
  readonly #target: RequestTarget;
  readonly #elsewhere: Elsewhere | undefined;
  /** Calls that come now are for others. */
  #goesAway = false;
  failure: WarmdockError | undefined;

  constructor(
    connection: Duplex,
    peer: string,
    options: ChannelOptions,
    elsewhere: Elsewhere | undefined,
  ) {
    this.#peer = peer;
    this.#elsewhere = elsewhere;
    this.#target = options.target ?? localTarget;
    this.#connection = openConnection(connection, {
      role: 'client',
      streamWindowBytes,
      connectionWindowBytes,
      settingsMs: options.settingsMs,
      freeStreamMs: options.freeStreamMs,
      keepalive: { ...defaultKeepalive, ...options.keepalive },
      onGoaway: (why) => {
        this.#goesAway = elsewhere !== undefined;
        this.#fail(why);
      },
      onEnd: (why) => this.#fail(why),
    });
  }

  async unary(
    method: string,
    request: Uint8Array,
    options: ChannelCallOptions = {},
  ): Promise<Buffer> {
    return oneAnswer(this.call(method, options), method, request);
  }

  call(method: string, options: ChannelCallOptions = {}): Call {
    let channel: Http2Channel = this;
    const again = async (elsewhere: Elsewhere) => {
      channel = (await elsewhere(options.signal)) as Http2Channel;
      return channel.#request(method, options);
    };
    const stream = this.#request(method, options);
    const elsewhere = this.#elsewhere;
    return new ClientCall(
      elsewhere ? new RepeatableStream(stream, () => again(elsewhere)) : stream,
      {
        operation: `${method} on ${this.#peer}`,
        signal: options.signal,
        silenceMs: options.silenceMs,
        connectionFailure: () => channel.failure,
      },
    );
  }

  close(): void {
    this.#goesAway = false;
    this.failure ??= new WarmdockError(
      'UNAVAILABLE',
      `connection to ${this.#peer} was closed by this side`,
    );
    this.#connection.close();
  }

  #request(method: string, options: ChannelCallOptions): Http2Stream {
    if (options.signal?.aborted) throw cancelled(`${method} on ${this.#peer}`, options.signal);
    if (this.failure && !this.#goesAway) throw this.failure;
    const { scheme, authority } = this.#target;
    return this.#connection.request([
      ...[':method', 'POST', ':scheme', scheme, ':path', method, ':authority', authority],
      ...['te', 'trailers', 'content-type', 'application/grpc', 'user-agent', 'warmdock'],
      ...headersOf(options.metadata ?? {}),
    ]);
  }

  #fail(cause: Error): void {
    this.failure ??= new WarmdockError(
      'UNAVAILABLE',
      `connection to ${this.#peer} failed: ${messageOf(cause)}`,
      {
        hint: hintOf(cause, this.#connection.greeted),
        cause,
      },
    );
  }
}

/** What broke the connection may know best what to do. */
function hintOf(cause: Error, greeted: boolean): string {
  if (isWarmdockError(cause) && cause.hint) return cause.hint;
  return greeted
    ? 'check that the builder is still running and reachable, then build again'
    : 'check the address: what listens there does not answer as a BuildKit does, or wants TLS';
}

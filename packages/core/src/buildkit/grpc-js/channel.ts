import type { Duplex } from 'node:stream';
import {
  type ChannelOptions as ClientOptions,
  connectivityState,
  Channel as GrpcJsClient,
  Metadata,
} from '@grpc/grpc-js';
import { cancelled, messageOf, WarmdockError } from '../../errors.js';
import type { Call } from '../grpc/call.js';
import type { Channel, ChannelCallOptions } from '../grpc/channel.js';
import { maxMessageBytes } from '../grpc/frame.js';
import { oneAnswer } from '../grpc/one-answer.js';
import { GrpcCode, GrpcStatusError } from '../grpc/status.js';
import { GrpcJsCall } from './call.js';
import { type Doorstep, GivenConnection, openDoorstep } from './given-connection.js';
import { Heartbeat, type HeartbeatOptions } from './heartbeat.js';

const clientOptions: ClientOptions = {
  'grpc.primary_user_agent': 'warmdock',
  'grpc.max_receive_message_length': maxMessageBytes,
  'grpc-node.flow_control_window': 2 * 1024 * 1024,
  // A broken connection is told, not dialled again behind the back of whoever holds it.
  'grpc.enable_retries': 0,
  'grpc.enable_http_proxy': 0,
  'grpc.service_config_disable_resolution': 1,
  'grpc.use_local_subchannel_pool': 1,
  'grpc.enable_channelz': 0,
};

const defaultHeartbeat: HeartbeatOptions = { quietMs: 20_000, answerMs: 10_000 };

/** Servers without it answer that they do not have it, which is as good. */
const healthCheck = '/grpc.health.v1.Health/Check';

export interface GrpcJsOptions {
  /** What requests say of where they go; their scheme is that of the connection. */
  readonly target?: { readonly authority: string };
  /** When a silent peer with open calls is asked whether it is still there, default after 20 s, for 10 s. */
  readonly heartbeat?: HeartbeatOptions;
}

/**
 * Speaks gRPC by `@grpc/grpc-js` on an open byte stream, as `openChannel` does by our own HTTP/2.
 *
 * `peer` names the other side in errors. A status of more than 64 KB ends the connection without a
 * word in `node:http2`: its calls fail when the silence is noticed.
 */
export async function openGrpcJsChannel(
  connection: Duplex,
  peer: string,
  options: GrpcJsOptions = {},
): Promise<Channel> {
  // Its end tells why; without a listener an error would end the process.
  connection.on('error', () => {});
  try {
    return new GrpcJsChannel(connection, peer, await openDoorstep(), options);
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

class GrpcJsChannel implements Channel {
  readonly #connection: Duplex;
  readonly #peer: string;
  readonly #doorstep: Doorstep;
  readonly #client: GrpcJsClient;
  readonly #heartbeat: Heartbeat;
  #greeted = false;
  failure: WarmdockError | undefined;

  constructor(connection: Duplex, peer: string, doorstep: Doorstep, options: GrpcJsOptions) {
    this.#connection = connection;
    this.#peer = peer;
    this.#doorstep = doorstep;
    this.#client = new GrpcJsClient(doorstep.target, new GivenConnection(connection), {
      ...clientOptions,
      'grpc.default_authority': options.target?.authority ?? 'buildkit',
    });
    this.#heartbeat = new Heartbeat(
      options.heartbeat ?? defaultHeartbeat,
      (answerMs) => this.#askForLife(answerMs),
      (silentMs) => this.#giveUp(silentMs),
    );
    connection.once('close', () => {
      this.#fail(connection.errored ?? new Error('the connection was closed'));
      this.#release();
    });
    this.#watch();
  }

  async unary(
    method: string,
    request: Uint8Array,
    options: ChannelCallOptions = {},
  ): Promise<Buffer> {
    return oneAnswer(this.call(method, options), method, request);
  }

  call(method: string, options: ChannelCallOptions = {}): Call {
    const operation = `${method} on ${this.#peer}`;
    if (options.signal?.aborted) throw cancelled(operation, options.signal);
    if (this.failure) throw this.failure;
    const metadata = metadataOf(options.metadata ?? {}, operation);
    this.#heartbeat.begin();
    return this.#start(method, metadata, options, () => this.#heartbeat.end());
  }

  close(): void {
    this.failure ??= new WarmdockError(
      'UNAVAILABLE',
      `connection to ${this.#peer} was closed by this side`,
    );
    this.#connection.destroy();
    this.#release();
  }

  #start(method: string, metadata: Metadata, options: ChannelCallOptions, onEnd: () => void): Call {
    const call = this.#client.createCall(method, Number.POSITIVE_INFINITY, null, null, null);
    return new GrpcJsCall(call, metadata, {
      operation: `${method} on ${this.#peer}`,
      signal: options.signal,
      silenceMs: options.silenceMs,
      connectionFailure: (code, details) => this.#failureBehind(code, details),
      onHeard: () => this.#heartbeat.heard(),
      onEnd,
    });
  }

  /** A broken connection is `UNAVAILABLE` to grpc-js, and `INTERNAL` for errors that it does not know. */
  #failureBehind(code: number, details: string): WarmdockError | undefined {
    const isBroken = this.#connection.destroyed;
    if (isBroken) this.#fail(new Error(details));
    const isMeant = code === GrpcCode.UNAVAILABLE || (isBroken && code === GrpcCode.INTERNAL);
    return isMeant ? this.failure : undefined;
  }

  async #askForLife(answerMs: number): Promise<void> {
    const call = this.#start(healthCheck, new Metadata(), { silenceMs: answerMs }, () => {});
    await oneAnswer(call, healthCheck, Buffer.alloc(0)).catch((error: unknown) => {
      if (!(error instanceof GrpcStatusError)) throw error;
    });
  }

  #giveUp(silentMs: number): void {
    this.#fail(
      new Error(`nothing was heard for ${Math.round(silentMs / 1000)} s`),
      'check that the builder is still running and reachable; grpc-js cannot take the error of a build whose Dockerfile is larger than 20 KB, the built-in client can',
    );
    this.#connection.destroy();
  }

  #release(): void {
    this.#doorstep.remove();
    this.#client.close();
  }

  /** Follows the connection: once it was ready, any other state is the end of it, such as a GOAWAY. */
  #watch(): void {
    if (this.failure) return;
    const state = this.#client.getConnectivityState(true);
    if (state === connectivityState.READY) {
      this.#greeted = true;
      this.#doorstep.remove();
    } else if (this.#greeted || state === connectivityState.TRANSIENT_FAILURE) {
      this.#fail(new Error('the peer ended the connection'));
      return;
    }
    this.#client.watchConnectivityState(state, Number.POSITIVE_INFINITY, () => this.#watch());
  }

  #fail(cause: Error, hint?: string): void {
    this.failure ??= new WarmdockError(
      'UNAVAILABLE',
      `connection to ${this.#peer} failed: ${messageOf(cause)}`,
      {
        hint:
          hint ??
          (this.#greeted
            ? 'check that the builder is still running and reachable, then build again'
            : 'check the address: what listens there does not answer as a BuildKit does, or wants TLS'),
        cause,
      },
    );
  }
}

function metadataOf(
  entries: Readonly<Record<string, string | string[]>>,
  operation: string,
): Metadata {
  const metadata = new Metadata();
  try {
    for (const [key, values] of Object.entries(entries))
      for (const value of [values].flat()) metadata.add(key, encoded(key, value));
    return metadata;
  } catch (cause) {
    const message = `cannot send the metadata of ${operation}: ${messageOf(cause)}`;
    throw new WarmdockError('INVALID_ARGUMENT', message, { cause });
  }
}

/** Binary values are given as they travel, in base64, which grpc-js does by itself. */
function encoded(key: string, value: string): string | Buffer {
  return key.endsWith('-bin') ? Buffer.from(value, 'base64') : value;
}

import { abortable } from '../content/abortable.js';
import { cancelled, isWarmdockError, WarmdockError } from '../errors.js';
import { BuildHistoryRequest, ListWorkersRequest, ListWorkersResponse } from '../gen/control.js';
import { checkArgument, checkOptions } from '../options/check-options.js';
import { instance, number, text } from '../options/checks.js';
import type { RecordedAttestation } from './build-record.js';
import { type BuildKitContent, contentOf } from './content.js';
import type { Channel } from './grpc/channel.js';
import { grpcFailure } from './grpc/failure.js';
import { GrpcCode, hasStatus } from './grpc/status.js';
import { tunnelThrough } from './grpc/tunnel.js';
import { chooseGrpcClient, type GrpcClient, loadGrpcClient } from './grpc-client.js';
import { type Session, type SessionOptions, startSession } from './session/session.js';
import { type Solved, type SolveOptions, type SolveRequest, sendSolve } from './solve.js';
import type { BuilderTransport } from './transport.js';

/** A worker of the builder; platforms as `os/architecture[/variant]`. */
export interface Worker {
  readonly id: string;
  readonly platforms: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Empty on daemons that do not say. */
  readonly buildkitVersion: string;
}

/** A BuildKit daemon. */
export interface BuildKit extends AsyncDisposable {
  /** Names the builder in messages. */
  readonly name: string;
  /** The blobs that the builder holds. */
  readonly content: BuildKitContent;
  /** Opens the connection unless it is open; other calls do so by themselves. Throws `UNAVAILABLE`. */
  connect(options?: { signal?: AbortSignal | undefined }): Promise<void>;
  listWorkers(options?: { signal?: AbortSignal | undefined }): Promise<Worker[]>;
  /** Serves `attachables` to the builder until the session is closed. */
  startSession(options: SessionOptions): Session;
  /**
   * Runs one solve to its end: that of its news when these name the one image that it made, else
   * that of its answer.
   *
   * The builder records the build in its history between the two, whether or not anybody waits. Throws
   * `BuildError` when the build itself fails, `UNAVAILABLE` when the builder goes away, `CANCELLED`
   * when the signal fires.
   */
  solve(request: SolveRequest, options: SolveOptions): Promise<Solved>;
  /** Whether the builder still works on the solve with this ref, or on its record in the history. */
  isActive(ref: string, options?: { signal?: AbortSignal | undefined }): Promise<boolean>;
  /**
   * What the builder recorded about the results of the solve with this ref, once that is answered;
   * nothing where it keeps no history (BuildKit < 0.11).
   */
  attestations(
    ref: string,
    options?: { signal?: AbortSignal | undefined },
  ): Promise<RecordedAttestation[]>;
  close(): void;
}

/** How to speak to a builder. */
export interface BuildKitOptions {
  /**
   * How long the builder may be silent where it owes an answer, default 30 s: a session breaks then,
   * and with it the solve; other calls throw `TIMEOUT`.
   */
  silenceMs?: number;
  /** What speaks gRPC to the builder, default `builtin`. */
  grpc?: GrpcClient | undefined;
}

const aTransport = instance('a transport, such as that of addressTransport', 'open');

/**
 * A BuildKit behind a transport; nothing is opened before the first call, a broken connection is opened anew by the next.
 *
 * Throws `INVALID_ARGUMENT` for an unknown gRPC client.
 */
export function buildKitOver(transport: BuilderTransport, options: BuildKitOptions = {}): BuildKit {
  checkArgument('buildKitOver', 'transport', transport, aTransport);
  checkOptions('buildKitOver', options, { silenceMs: number, grpc: text });
  const { silenceMs = 30_000, grpc } = options;
  return new BuildKitClient(transport, silenceMs, chooseGrpcClient(grpc));
}

class BuildKitClient implements BuildKit {
  readonly name: string;
  readonly content: BuildKitContent;
  readonly #transport: BuilderTransport;
  readonly #silenceMs: number;
  readonly #grpc: GrpcClient;
  #opening: Promise<Channel> | undefined;
  #channel: Channel | undefined;
  #closing = new AbortController();

  constructor(transport: BuilderTransport, silenceMs: number, grpc: GrpcClient) {
    this.#transport = transport;
    this.#silenceMs = silenceMs;
    this.#grpc = grpc;
    this.name = transport.name;
    this.content = contentOf(transport.name, (signal) => this.#open(signal), silenceMs);
  }

  async connect(options: { signal?: AbortSignal | undefined } = {}): Promise<void> {
    await this.#open(options.signal);
  }

  async listWorkers(options: { signal?: AbortSignal | undefined } = {}): Promise<Worker[]> {
    const channel = await this.#open(options.signal);
    const request = ListWorkersRequest.encode({ filter: [] }).finish();
    const answer = await channel
      .unary('/moby.buildkit.v1.Control/ListWorkers', request, {
        signal: options.signal,
        silenceMs: this.#silenceMs,
      })
      .catch((error: unknown) => {
        throw grpcFailure(error, `listing the workers of builder ${this.name}`);
      });
    return ListWorkersResponse.decode(answer).record.map((record) => ({
      id: record.id,
      labels: record.labels,
      platforms: record.platforms.map(({ os, architecture, variant }) =>
        [os, architecture, variant].filter(Boolean).join('/'),
      ),
      buildkitVersion: record.buildkitVersion?.version ?? '',
    }));
  }

  startSession(session: SessionOptions): Session {
    const options = { silenceMs: this.#silenceMs, ...session };
    return startSession(async (headers, signal) => {
      const own = await this.#transport.openSession?.(headers, { signal });
      if (own) return own;
      const channel = await this.#open(signal);
      return tunnelThrough(
        channel.call('/moby.buildkit.v1.Control/Session', { metadata: headers }),
      );
    }, options);
  }

  async solve(request: SolveRequest, options: SolveOptions): Promise<Solved> {
    return sendSolve(await this.#open(options.signal), this.name, request, options);
  }

  async isActive(
    ref: string,
    { signal }: { signal?: AbortSignal | undefined } = {},
  ): Promise<boolean> {
    try {
      const events = await this.#history({ ref, activeOnly: true, earlyExit: true }, signal);
      return events.length > 0;
    } catch (error) {
      throw grpcFailure(error, `asking builder ${this.name} for its active builds`);
    }
  }

  async attestations(
    ref: string,
    { signal }: { signal?: AbortSignal | undefined } = {},
  ): Promise<RecordedAttestation[]> {
    try {
      const events = await this.#history({ ref, activeOnly: false, earlyExit: true }, signal);
      const { recordedAttestations } = await import('./build-record.js');
      return events.flatMap(recordedAttestations);
    } catch (error) {
      if (hasStatus(error, GrpcCode.UNIMPLEMENTED)) return [];
      throw grpcFailure(error, `asking builder ${this.name} for its record of build ${ref}`);
    }
  }

  async #history(request: BuildHistoryRequest, signal?: AbortSignal): Promise<Uint8Array[]> {
    const channel = await this.#open(signal);
    const call = channel.call('/moby.buildkit.v1.Control/ListenBuildHistory', {
      signal,
      silenceMs: this.#silenceMs,
    });
    call.write([BuildHistoryRequest.encode(request).finish()]);
    call.end();
    const events: Uint8Array[] = [];
    for await (const event of call.messages) events.push(event);
    return events;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  close(): void {
    this.#closing.abort();
    this.#closing = new AbortController();
    this.#channel?.close();
    this.#channel = undefined;
    this.#opening = undefined;
    this.#transport.close?.();
  }

  /** Callers share the connection and its opening: one that is cancelled leaves it to the others. */
  async #open(signal?: AbortSignal): Promise<Channel> {
    if (this.#channel?.failure) {
      this.#channel = undefined;
      this.#opening = undefined;
    }
    const operation = `connecting to builder ${this.name}`;
    if (signal?.aborted) throw cancelled(operation, signal);
    if (this.#channel) return this.#channel;
    this.#opening ??= this.#dial(this.#closing.signal);
    return abortable(this.#opening, operation, signal);
  }

  /** For calls that a connection opened under `closing` did not take. */
  async #openNext(closing: AbortSignal, signal: AbortSignal | undefined): Promise<Channel> {
    if (closing.aborted) throw cancelled(`connecting to builder ${this.name}`, closing);
    return this.#open(signal);
  }

  async #dial(signal: AbortSignal): Promise<Channel> {
    try {
      const openChannel = await loadGrpcClient(this.#grpc);
      const connection = await this.#transport.open({ signal });
      const channel = await openChannel(
        connection,
        `builder ${this.name}`,
        this.#transport.channel,
        (wanted) => this.#openNext(signal, wanted),
      );
      if (signal.aborted) channel.close();
      else this.#channel = channel;
      return channel;
    } catch (error) {
      if (!signal.aborted) this.#opening = undefined;
      if (isWarmdockError(error)) throw error;
      throw new WarmdockError('UNAVAILABLE', `cannot connect to builder ${this.name}`, {
        cause: error,
      });
    }
  }
}

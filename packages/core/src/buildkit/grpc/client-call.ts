import { setMaxListeners } from 'node:events';
import { cancelled, messageOf, WarmdockError } from '../../errors.js';
import { Http2Code, StreamLimit, StreamReset } from '../http2/frames/faults.js';
import type { Http2Stream } from '../http2/stream.js';
import type { Call } from './call.js';
import { ForeignAnswer } from './foreign-answer.js';
import { encodeFrames, FrameReader } from './frame.js';
import { firstValue, type Metadata, metadataOf } from './metadata.js';
import { limitSilence } from './silence-limit.js';
import { GrpcCode, GrpcStatusError, type StatusDetail } from './status.js';
import { statusDetailsOf } from './status-details.js';

interface CallContext {
  /** Method and peer, for errors. */
  readonly operation: string;
  readonly signal: AbortSignal | undefined;
  readonly silenceMs: number | undefined;
  /** What ended the connection. */
  connectionFailure(): WarmdockError | undefined;
}

/** How long an answer that is not gRPC's may take to come to its end. */
const foreignAnswerMs = 1_000;

/** A call on a stream of our own HTTP/2. */
export class ClientCall implements Call {
  readonly messages: AsyncIterable<Buffer>;
  readonly #stream: Http2Stream;
  readonly #context: CallContext;
  #silent: WarmdockError | undefined;
  #foreign: ForeignAnswer | undefined;

  constructor(stream: Http2Stream, context: CallContext) {
    this.#stream = stream;
    this.#context = context;
    this.#abortOnSignal();
    stream.whenAnswered(() => this.#recognize());
    this.messages = this.#read();
  }

  /** As one write. */
  write(messages: readonly Uint8Array[]): Promise<void> | undefined {
    return this.#stream.write([encodeFrames(messages)]);
  }

  /** Copies nothing. */
  writeFrames(pieces: readonly Uint8Array[]): Promise<void> | undefined {
    return this.#stream.write(pieces);
  }

  end(): void {
    this.#stream.end();
  }

  cancel(): void {
    this.#stream.reset(Http2Code.CANCEL);
  }

  async *#read(): AsyncGenerator<Buffer, void, void> {
    const silence = limitSilence(this.#context.operation, this.#context.silenceMs, (error) =>
      this.#endInSilence(error),
    );
    const reader = new FrameReader();
    try {
      for await (const pieces of this.#stream.body) {
        silence?.heard();
        if (this.#foreign?.add(pieces)) continue;
        if (this.#foreign) break;
        for (const piece of pieces) for (const message of reader.push(piece)) yield message;
        silence?.wait();
      }
    } catch (error) {
      throw this.#failureOf(error);
    } finally {
      silence?.stop();
      this.cancel();
    }
    this.#throwUnlessOk();
    if (reader.partial)
      throw new WarmdockError('PROTOCOL', `${this.#context.operation} ended inside a message`);
  }

  /** Of what is not gRPC's the beginning is read, for the error, and no more. */
  #recognize(): void {
    this.#foreign = ForeignAnswer.of(this.#headers);
    if (!this.#foreign) return;
    const timer = setTimeout(() => this.cancel(), foreignAnswerMs);
    this.#stream.whenClosed(() => clearTimeout(timer));
  }

  get #headers(): Metadata {
    return metadataOf(this.#stream.headers ?? []);
  }

  /** Where the status stands: in the trailers, or in the headers of an answer without a body. */
  get #status(): Metadata {
    const trailers = metadataOf(this.#stream.trailers ?? []);
    return trailers.has('grpc-status') ? trailers : this.#headers;
  }

  #throwUnlessOk(): void {
    const code = firstValue(this.#status, 'grpc-status');
    if (code === '0' && !this.#foreign) return;
    throw this.#failureOf(new Error('the stream ended without a gRPC status'));
  }

  /** The peer's own word first, then our abort, then the connection's failure. */
  #failureOf(error: unknown): Error {
    if (error instanceof WarmdockError) return error;
    const { signal, operation } = this.#context;
    if (signal?.aborted) return cancelled(operation, signal);
    if (this.#silent) return this.#silent;
    const status = this.#status;
    const code = firstValue(status, 'grpc-status');
    if (code !== undefined && code !== '0') return statusError(status, Number(code));
    if (this.#foreign) return this.#foreign.failure(operation);
    if (error instanceof StreamLimit) return overcrowded(operation, error);
    const failure = this.#context.connectionFailure();
    if (failure) return failure;
    return brokenOff(operation, error);
  }

  #endInSilence(error: WarmdockError): void {
    this.#silent = error;
    this.cancel();
  }

  #abortOnSignal(): void {
    const { signal } = this.#context;
    if (!signal) return;
    const abort = () => this.cancel();
    // Calls wait on one signal by the dozen; above ten Node warns of a leak.
    setMaxListeners(0, signal);
    signal.addEventListener('abort', abort, { once: true });
    this.#stream.whenClosed(() => signal.removeEventListener('abort', abort));
  }
}

function overcrowded(operation: string, cause: StreamLimit): WarmdockError {
  return new WarmdockError('TIMEOUT', `${operation} could not be sent: ${cause.message}`, {
    hint: 'build less at the same time, or allow more concurrent streams on the proxy before the builder',
    cause,
  });
}

/** A server that fails says so by a status: who resets a stream of a connection that lives is most often a proxy. */
function brokenOff(operation: string, cause: unknown): WarmdockError {
  return new WarmdockError('UNAVAILABLE', `${operation} broke off: ${messageOf(cause)}`, {
    ...(cause instanceof StreamReset && {
      hint: 'a proxy before the builder has to let requests be as large, and as long silent, as builds make them',
    }),
    cause,
  });
}

function statusError(metadata: Metadata, code: number): GrpcStatusError {
  const message = decodePercent(firstValue(metadata, 'grpc-message') ?? '');
  return new GrpcStatusError(
    Number.isInteger(code) ? code : GrpcCode.UNKNOWN,
    message,
    statusDetails(metadata),
  );
}

function statusDetails(metadata: Metadata): StatusDetail[] {
  const encoded = firstValue(metadata, 'grpc-status-details-bin');
  return encoded === undefined ? [] : statusDetailsOf(Buffer.from(encoded, 'base64'));
}

/** grpc-message is percent-encoded UTF-8; a malformed one is shown as it came. */
function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

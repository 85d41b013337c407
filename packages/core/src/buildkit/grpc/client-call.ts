import { setMaxListeners } from 'node:events';
import type { ClientHttp2Stream } from 'node:http2';
import { cancelled, messageOf, WarmdockError } from '../../errors.js';
import { Status } from '../../gen/status.js';
import { afterInput } from './after-input.js';
import { encodeFrames, FrameReader } from './frame.js';
import { firstValue, type Metadata, metadataOf } from './metadata.js';
import { SilenceLimit } from './silence-limit.js';
import { GrpcCode, GrpcStatusError, type StatusDetail } from './status.js';
import { writeAll } from './write.js';

/** RFC 9113: INTERNAL_ERROR, CANCEL. */
const internalError = 0x2;
const cancel = 0x8;

interface CallContext {
  /** Method and peer, for errors. */
  readonly operation: string;
  readonly signal: AbortSignal | undefined;
  readonly silenceMs: number | undefined;
  /** What ended the connection; `error` is what the call noticed of it. */
  connectionFailure(error: unknown): WarmdockError | undefined;
}

/** One gRPC call in flight: writes requests, yields answers, ends with the peer's status. */
export class ClientCall {
  /** The answers in order; ends when the status is OK, else throws it. Iterate once. */
  readonly messages: AsyncIterable<Buffer>;
  readonly #stream: ClientHttp2Stream;
  readonly #context: CallContext;
  #status: Metadata = new Map();
  #silent: WarmdockError | undefined;

  constructor(stream: ClientHttp2Stream, context: CallContext) {
    this.#stream = stream;
    this.#context = context;
    // Trailers-only answers put the status into the headers.
    stream.on('response', (_headers, _flags, raw?: string[]) => this.#keepStatus(raw));
    stream.on('trailers', (_headers, _flags, raw?: string[]) => this.#keepStatus(raw));
    // Errors surface where the answers are read; without a listener they would end the process.
    stream.on('error', () => {});
    this.#abortOnSignal();
    this.messages = this.#read();
  }

  /** Queues messages as one write; resolves when the peer's window has room again, at once if it has. */
  write(messages: readonly Uint8Array[]): Promise<void> | undefined {
    return writeAll(this.#stream, encodeFrames(messages));
  }

  /** Says that no more requests follow. */
  end(): void {
    this.#stream.end();
  }

  /**
   * Abandons the call; the peer sees it as cancelled.
   *
   * See `afterInput` for why it is not at once.
   */
  cancel(): void {
    if (!this.#stream.closed) afterInput(() => this.#stream.close(cancel));
  }

  async *#read(): AsyncGenerator<Buffer, void, void> {
    const reader = new FrameReader();
    const silence = this.#limitSilence();
    try {
      // Ending the iteration would destroy the stream at once; `cancel` takes care of it.
      for await (const chunk of this.#stream.iterator({ destroyOnReturn: false })) {
        silence?.heard();
        yield* reader.push(chunk as Buffer);
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

  #keepStatus(raw: string[] | undefined): void {
    const metadata = metadataOf(raw ?? []);
    if (metadata.has('grpc-status') || this.#status.size === 0) this.#status = metadata;
  }

  #throwUnlessOk(): void {
    const code = firstValue(this.#status, 'grpc-status');
    if (code === '0') return;
    throw this.#failureOf(new Error('the stream ended without a gRPC status'));
  }

  /** The peer's own word first, then our abort, then the connection's failure. */
  #failureOf(error: unknown): Error {
    if (error instanceof WarmdockError) return error;
    const { signal, operation } = this.#context;
    if (signal?.aborted) return cancelled(operation, signal);
    if (this.#silent) return this.#silent;
    const code = firstValue(this.#status, 'grpc-status');
    if (code !== undefined && code !== '0') return statusError(this.#status, Number(code));
    const httpStatus = firstValue(this.#status, ':status');
    if (httpStatus !== undefined && httpStatus !== '200') {
      return new WarmdockError('PROTOCOL', `${operation} answered HTTP ${httpStatus}`, {
        hint: 'check that the address is a BuildKit gRPC endpoint',
      });
    }
    const failure = this.#context.connectionFailure(error);
    if (failure) return failure;
    if (this.#stream.rstCode === internalError) return answerTooLarge(operation);
    return new WarmdockError('UNAVAILABLE', `${operation} broke off: ${messageOf(error)}`, {
      cause: error,
    });
  }

  #limitSilence(): SilenceLimit | undefined {
    const { silenceMs, operation } = this.#context;
    if (silenceMs === undefined) return undefined;
    return new SilenceLimit(silenceMs, () => {
      const message = `${operation}: nothing was heard for ${silenceMs / 1000} s`;
      this.#silent = new WarmdockError('TIMEOUT', message, {
        hint: 'check that the builder is still running and reachable, then try again',
      });
      this.cancel();
    });
  }

  #abortOnSignal(): void {
    const { signal } = this.#context;
    if (!signal) return;
    const abort = () => this.cancel();
    // Calls wait on one signal by the dozen; above ten Node warns of a leak.
    setMaxListeners(0, signal);
    signal.addEventListener('abort', abort, { once: true });
    this.#stream.once('close', () => signal.removeEventListener('abort', abort));
  }
}

/**
 * The peer could not fit its status into the header list that we take (see the channel's settings);
 * grpc-go then resets the call. BuildKit's errors carry the whole Dockerfile.
 */
export function answerTooLarge(operation: string): WarmdockError {
  return new WarmdockError(
    'PROTOCOL',
    `${operation} has an answer that does not fit into HTTP/2 headers`,
    {
      hint: 'most likely the build failed and its error carries a Dockerfile above 40 KB; make it smaller to see the error',
    },
  );
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
  if (encoded === undefined) return [];
  try {
    return Status.decode(Buffer.from(encoded, 'base64')).details;
  } catch {
    return [];
  }
}

/** grpc-message is percent-encoded UTF-8; a malformed one is shown as it came. */
function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

import { setMaxListeners } from 'node:events';
import type { Metadata, StatusObject } from '@grpc/grpc-js';
import { cancelled, WarmdockError } from '../../errors.js';
import type { Call } from '../grpc/call.js';
import { codeOfStatus } from '../grpc/failure.js';
import { FrameReader } from '../grpc/frame.js';
import { limitSilence } from '../grpc/silence-limit.js';
import { GrpcCode, GrpcStatusError } from '../grpc/status.js';
import { statusDetailsOf } from '../grpc/status-details.js';
import { type RawCall, WriteQueue } from './write-queue.js';

interface CallContext {
  /** Method and peer, for errors. */
  readonly operation: string;
  readonly signal: AbortSignal | undefined;
  readonly silenceMs: number | undefined;
  /** What ended the connection, if that is what a status of grpc-js means, which need not be the peer's. */
  connectionFailure(code: number, details: string): WarmdockError | undefined;
  /** The peer has said something. */
  onHeard(): void;
  onEnd(): void;
}

/** A call of grpc-js. It is read a message at a time: a slow reader holds the peer back. */
export class GrpcJsCall implements Call {
  readonly messages: AsyncIterable<Buffer>;
  readonly #call: RawCall;
  readonly #context: CallContext;
  readonly #output: WriteQueue;
  readonly #frames = new FrameReader();
  #headers: Metadata | undefined;
  #message: Buffer | undefined;
  #status: StatusObject | undefined;
  #silent: WarmdockError | undefined;
  #wakeReader: (() => void) | undefined;

  constructor(call: RawCall, metadata: Metadata, context: CallContext) {
    this.#call = call;
    this.#context = context;
    this.#output = new WriteQueue(call);
    const forgetSignal = this.#abortOnSignal();
    call.start(metadata, {
      onReceiveMetadata: (headers) => {
        context.onHeard();
        this.#headers = headers;
      },
      onReceiveMessage: (message: Buffer) => {
        context.onHeard();
        this.#message = message;
        this.#wake();
      },
      onReceiveStatus: (status) => {
        context.onEnd();
        this.#status = status;
        this.#output.close();
        forgetSignal?.();
        this.#wake();
      },
    });
    this.messages = this.#read();
  }

  write(messages: readonly Uint8Array[]): Promise<void> | undefined {
    return this.#output.add(messages);
  }

  writeFrames(pieces: readonly Uint8Array[]): Promise<void> | undefined {
    const messages = pieces.flatMap((piece) =>
      this.#frames.push(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)),
    );
    return this.#output.add(messages);
  }

  end(): void {
    this.#output.end();
  }

  cancel(): void {
    if (!this.#status) this.#call.cancelWithStatus(GrpcCode.CANCELLED, 'cancelled by this side');
  }

  async *#read(): AsyncGenerator<Buffer, void, void> {
    const silence = limitSilence(this.#context.operation, this.#context.silenceMs, (error) =>
      this.#endInSilence(error),
    );
    try {
      for (;;) {
        const message = await this.#next();
        if (!message) break;
        silence?.heard();
        yield message;
        silence?.wait();
      }
    } finally {
      silence?.stop();
      this.cancel();
    }
    const failure = this.#failure();
    if (failure) throw failure;
  }

  /** The next message; `undefined` when there are no more. */
  async #next(): Promise<Buffer | undefined> {
    if (!this.#status) {
      this.#call.startRead();
      await new Promise<void>((resolve) => {
        this.#wakeReader = resolve;
      });
    }
    const message = this.#message;
    this.#message = undefined;
    return message;
  }

  #wake(): void {
    this.#wakeReader?.();
    this.#wakeReader = undefined;
  }

  /** Our own abort first, then what grpc-js says of the answer, of whom it may be or of nobody. */
  #failure(): Error | undefined {
    const { code = GrpcCode.UNKNOWN, details = '', metadata } = this.#status ?? {};
    if (code === GrpcCode.OK) return undefined;
    const { signal, operation } = this.#context;
    if (signal?.aborted) return cancelled(operation, signal);
    if (this.#silent) return this.#silent;
    const [encoded] = metadata?.get('grpc-status-details-bin') ?? [];
    // Details are the peer's own.
    const failure = encoded ? undefined : this.#context.connectionFailure(code, details);
    if (failure) return failure;
    const answerer = answererOf(this.#headers ?? metadata);
    if (answerer === 'nobody')
      return new WarmdockError('UNAVAILABLE', `${operation} broke off: ${details}`);
    if (answerer === 'another') return foreignAnswer(operation, code, details);
    return new GrpcStatusError(
      Number.isInteger(code) ? code : GrpcCode.UNKNOWN,
      details,
      Buffer.isBuffer(encoded) ? statusDetailsOf(encoded) : [],
    );
  }

  #endInSilence(error: WarmdockError): void {
    this.#silent = error;
    this.cancel();
  }

  #abortOnSignal(): (() => void) | undefined {
    const { signal } = this.#context;
    if (!signal) return undefined;
    const abort = () => this.cancel();
    // Calls wait on one signal by the dozen; above ten Node warns of a leak.
    setMaxListeners(0, signal);
    signal.addEventListener('abort', abort, { once: true });
    return () => signal.removeEventListener('abort', abort);
  }
}

/**
 * Who is behind a status, by the headers of the answer: those of gRPC name its content type, and there
 * are none when grpc-js made up the status for want of an answer.
 */
function answererOf(headers: Metadata | undefined): 'gRPC' | 'another' | 'nobody' {
  if (!headers || Object.keys(headers.getMap()).length === 0) return 'nobody';
  const [contentType = ''] = headers.get('content-type');
  return /^application\/grpc($|[+; ])/i.test(String(contentType)) ? 'gRPC' : 'another';
}

/** The page of a proxy or of a web server; the status is what gRPC makes of that of HTTP. */
function foreignAnswer(operation: string, status: number, details: string): WarmdockError {
  const code = codeOfStatus(status) ?? 'PROTOCOL';
  return new WarmdockError(code, `${operation} was not answered by gRPC: ${details}`, {
    hint: 'check that the address is that of a BuildKit, and that a proxy in between passes gRPC on',
  });
}

import { ContentLength } from './content-length.js';
import { ReceiveWindow } from './flow-window.js';
import { ConnectionFault, codeName, Http2Code, StreamReset } from './frames/faults.js';
import { checkSendable, flawOf, type HeaderList, isInformational } from './hpack/header-list.js';
import { InputQueue } from './input-queue.js';
import { OutputQueue } from './output-queue.js';

/** A request and its response. */
export interface Http2Stream {
  /** The peer's header fields, once they are there. */
  readonly headers: HeaderList | undefined;
  /** Those behind its body. */
  readonly trailers: HeaderList | undefined;
  /**
   * The peer's body, in pieces of which each turn brings those that have come; iterate once.
   *
   * Pieces count as read when the next are asked for: a slow reader holds the peer back. Throws what
   * ended the stream when that was not the peer's own end: `StreamReset`, or what ended the connection.
   */
  readonly body: AsyncIterable<readonly Buffer[]>;
  /** Whether nothing more goes either way. */
  readonly closed: boolean;
  /** Whether the peer did nothing with the request, so that it may be sent again (RFC 9113 §8.7). */
  readonly unheard: boolean;
  /** Answers a request; throws `INVALID_ARGUMENT` for headers that cannot be sent, as `end` does. */
  respond(headers: HeaderList): void;
  /**
   * Queues a piece of our body, whose memory is the stream's from now on.
   *
   * Answers with a promise when the writer should wait, which settles when there is room again; it
   * never rejects. A stream that is closed takes the bytes nowhere.
   */
  write(pieces: readonly Uint8Array[]): Promise<void> | undefined;
  /** Ends our body. */
  end(trailers?: HeaderList): void;
  /** Abandons the stream in both directions, at any time; whoever reads is told so. */
  reset(http2Code: number): void;
  /** Calls one listener back when the peer's header fields are there, at once if they are. */
  whenAnswered(listener: () => void): void;
  /** Calls back when the stream is closed, at once if it is. */
  whenClosed(listener: () => void): void;
}

/** What a stream needs of its connection. */
export interface StreamHost {
  sendHeaders(stream: Stream, headers: HeaderList): void;
  /** There may be something to send. */
  resume(stream: Stream): void;
  widen(stream: Stream, bytes: number): void;
  /** Tells the peer that the stream is over; `forget` follows. */
  sendReset(stream: Stream, http2Code: number): void;
  forget(stream: Stream): void;
}

/** A stream as its connection handles it. */
export class Stream implements Http2Stream {
  /** 0 until it is opened. */
  id = 0;
  headers: HeaderList | undefined;
  trailers: HeaderList | undefined;
  closed = false;
  unheard = false;
  readonly output: OutputQueue;
  readonly body: AsyncIterable<readonly Buffer[]>;
  readonly #host: StreamHost;
  readonly #role: 'client' | 'server';
  readonly #window: ReceiveWindow;
  /** What the reader gets in one turn: parts of the window, so that the peer goes on meanwhile. */
  readonly #turnBytes: number;
  readonly #input = new InputQueue();
  #length = new ContentLength([]);
  #sentAll = false;
  #receivedAll = false;
  #failure: Error | undefined;
  #wakeReader: (() => void) | undefined;
  #onAnswer: (() => void) | undefined;
  #listeners: (() => void)[] = [];

  constructor(
    host: StreamHost,
    role: 'client' | 'server',
    windowBytes: { readonly send: number; readonly receive: number },
  ) {
    this.#host = host;
    this.#role = role;
    this.output = new OutputQueue(windowBytes.send);
    this.#window = new ReceiveWindow(windowBytes.receive);
    this.#turnBytes = windowBytes.receive / 4;
    this.body = this.#read();
  }

  respond(headers: HeaderList): void {
    checkSendable(headers);
    if (!this.closed) this.#host.sendHeaders(this, headers);
  }

  write(pieces: readonly Uint8Array[]): Promise<void> | undefined {
    if (this.closed) return undefined;
    const room = this.output.add(pieces);
    this.#host.resume(this);
    return room;
  }

  end(trailers?: HeaderList): void {
    checkSendable(trailers ?? []);
    if (this.closed) return;
    this.output.end(trailers);
    this.#host.resume(this);
  }

  reset(http2Code: number): void {
    if (this.closed) return;
    this.#input.clear();
    this.#breakOff(http2Code, 'the stream was reset by this side');
  }

  whenAnswered(listener: () => void): void {
    if (this.headers) listener();
    else this.#onAnswer = listener;
  }

  whenClosed(listener: () => void): void {
    if (this.closed) listener();
    else this.#listeners.push(listener);
  }

  /** Our END_STREAM is on its way. */
  onSent(): void {
    this.#sentAll = true;
    this.output.close();
    if (this.#receivedAll) this.#close();
    // A complete response needs no more of the request (RFC 9113 §8.1).
    else if (this.#role === 'server') this.#breakOff(Http2Code.NO_ERROR, 'the answer is complete');
  }

  /** Takes a list that came; one that is malformed resets the stream. */
  onHeaders(list: HeaderList, endsStream: boolean): void {
    const kind = this.headers ? 'trailers' : this.#role === 'client' ? 'response' : 'request';
    const flaw = flawOf(list, kind) ?? (kind === 'trailers' && !endsStream && 'they end nothing');
    if (this.#receivedAll) {
      this.#refuseLate();
    } else if (flaw) {
      this.#breakOff(Http2Code.PROTOCOL_ERROR, `the peer's headers are malformed: ${flaw}`);
    } else if (kind === 'response' && isInformational(list)) {
      if (endsStream) this.#breakOff(Http2Code.PROTOCOL_ERROR, 'the peer ended before its answer');
    } else {
      this.#keepHeaders(list);
      this.#countBody(0, endsStream);
    }
  }

  #keepHeaders(list: HeaderList): void {
    if (this.headers) {
      this.trailers = list;
    } else {
      this.headers = list;
      this.#length = new ContentLength(list);
      this.#onAnswer?.();
    }
  }

  /** Takes a piece of the body that came; throws `ConnectionFault` when the window has no room for it. */
  onData(piece: Buffer, paddingBytes: number, endsStream: boolean): void {
    if (!this.#window.receive(piece.length + paddingBytes)) {
      throw new ConnectionFault(
        Http2Code.FLOW_CONTROL_ERROR,
        `the peer sent more on stream ${this.id} than its window allows`,
      );
    }
    if (this.#receivedAll) {
      this.#refuseLate();
    } else if (!this.headers) {
      this.#breakOff(Http2Code.PROTOCOL_ERROR, 'the peer sent a body without headers');
    } else {
      if (paddingBytes > 0) this.#giveBack(paddingBytes);
      if (piece.length > 0) this.#input.add(piece);
      this.#countBody(piece.length, endsStream);
    }
  }

  #countBody(bytes: number, ends: boolean): void {
    const flaw = this.#length.flawWith(bytes, ends);
    if (flaw) this.#breakOff(Http2Code.PROTOCOL_ERROR, flaw);
    else if (ends) this.#onEnd();
    else this.#wake();
  }

  /** The peer abandons the stream; for a server also when the whole request is there. */
  onReset(http2Code: number): void {
    const why = new StreamReset(http2Code, `the peer reset the stream (${codeName(http2Code)})`);
    if (this.#role === 'server') this.#failure ??= why;
    if (http2Code === Http2Code.REFUSED_STREAM && !this.headers) this.failUnheard(why);
    else this.fail(why);
  }

  onWindowUpdate(bytes: number): void {
    if (bytes === 0) {
      this.#breakOff(Http2Code.PROTOCOL_ERROR, 'the peer widened the window by nothing');
    } else if (this.output.window.widen(bytes)) {
      this.#host.resume(this);
    } else {
      this.#breakOff(Http2Code.FLOW_CONTROL_ERROR, 'the peer widened the window beyond all bounds');
    }
  }

  /** Ends the stream without a word to the peer; readers learn of it when they have read what came. */
  fail(error: Error): void {
    if (!this.#receivedAll) this.#failure ??= error;
    this.#close();
  }

  /** As `fail`, of a request that the peer did nothing with. */
  failUnheard(error: Error): void {
    this.unheard = true;
    this.fail(error);
  }

  /** Frames behind the end of the peer's stream (RFC 9113 §5.1). */
  #refuseLate(): void {
    this.#breakOff(Http2Code.STREAM_CLOSED, 'the peer sent more behind its end');
  }

  #onEnd(): void {
    this.#receivedAll = true;
    this.#wake();
    if (this.#sentAll) this.#close();
  }

  #breakOff(http2Code: number, why: string): void {
    this.#failure ??= new StreamReset(http2Code, why);
    this.#host.sendReset(this, http2Code);
    this.#close();
  }

  #close(): void {
    if (this.closed) return;
    this.closed = true;
    this.output.close();
    this.#host.forget(this);
    this.#wake();
    for (const listener of this.#listeners) listener();
    this.#listeners = [];
  }

  async *#read(): AsyncGenerator<readonly Buffer[], void, void> {
    for (;;) {
      const pieces = this.#input.take(this.#turnBytes);
      if (pieces) {
        yield pieces;
        this.#giveBack(pieces.reduce((bytes, piece) => bytes + piece.length, 0));
      } else if (this.#failure) {
        throw this.#failure;
      } else if (this.#receivedAll) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wakeReader = resolve;
        });
      }
    }
  }

  #giveBack(bytes: number): void {
    const increment = this.#window.use(bytes);
    if (increment > 0 && !this.#receivedAll && !this.closed) this.#host.widen(this, increment);
  }

  #wake(): void {
    this.#wakeReader?.();
    this.#wakeReader = undefined;
  }
}

import { Http2Code } from '../http2/frames/faults.js';
import type { HeaderList } from '../http2/hpack/header-list.js';
import type { Http2Stream } from '../http2/stream.js';

/** How often a request is sent anew, and how much of its body is kept for that. */
const maxRepeats = 5;
const maxKeptBytes = 1024 * 1024;

/**
 * A request that is sent anew where the peer says that it did nothing with it (RFC 9113 §8.7).
 *
 * So does a proxy that ends a connection after some number of requests, or after some time: nothing
 * else tells those that were on their way.
 */
export class RepeatableStream implements Http2Stream {
  readonly body: AsyncIterable<readonly Buffer[]>;
  closed = false;
  #stream: Http2Stream;
  readonly #again: () => Promise<Http2Stream>;
  /** The body so far, until an answer begins or it becomes much. */
  #kept: Uint8Array[] | undefined = [];
  #keptBytes = 0;
  #ended = false;
  #repeats = 0;
  #repeating: Promise<void> | undefined;
  #onAnswer: (() => void) | undefined;
  #listeners: (() => void)[] = [];

  /** `again` opens the request once more, on a connection that takes it. */
  constructor(stream: Http2Stream, again: () => Promise<Http2Stream>) {
    this.#stream = stream;
    this.#again = again;
    this.body = this.#read();
    this.#attach(stream);
  }

  get headers(): HeaderList | undefined {
    return this.#stream.headers;
  }

  get trailers(): HeaderList | undefined {
    return this.#stream.trailers;
  }

  get unheard(): boolean {
    return this.#stream.unheard;
  }

  respond(headers: HeaderList): void {
    this.#stream.respond(headers);
  }

  write(pieces: readonly Uint8Array[]): Promise<void> | undefined {
    if (this.closed) return undefined;
    if (this.#kept) this.#keep(pieces);
    if (!this.#repeating) return this.#stream.write(pieces);
    return this.#repeating.catch(() => {});
  }

  end(trailers?: HeaderList): void {
    this.#ended = true;
    this.#stream.end(trailers);
  }

  reset(http2Code: number): void {
    this.#stream.reset(http2Code);
    this.#close();
  }

  whenAnswered(listener: () => void): void {
    if (this.headers) listener();
    else this.#onAnswer = listener;
  }

  whenClosed(listener: () => void): void {
    if (this.closed) listener();
    else this.#listeners.push(listener);
  }

  #keep(pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) {
      this.#kept?.push(piece);
      this.#keptBytes += piece.length;
    }
    if (this.#keptBytes > maxKeptBytes && !this.#repeating) this.#kept = undefined;
  }

  #attach(stream: Http2Stream): void {
    this.#stream = stream;
    stream.whenAnswered(() => {
      this.#kept = undefined;
      this.#onAnswer?.();
    });
    stream.whenClosed(() => this.#onClosed());
  }

  #onClosed(): void {
    const repeats = this.#stream.unheard && this.#kept && this.#repeats++ < maxRepeats;
    if (this.closed || !repeats) {
      this.#close();
    } else {
      this.#repeating = this.#repeat();
      this.#repeating.catch(() => this.#close());
    }
  }

  async #repeat(): Promise<void> {
    const stream = await this.#again();
    this.#repeating = undefined;
    if (this.closed) {
      stream.reset(Http2Code.CANCEL);
    } else {
      stream.write(this.#kept ?? []);
      if (this.#ended) stream.end();
      this.#attach(stream);
    }
  }

  async *#read(): AsyncGenerator<readonly Buffer[], void, void> {
    for (;;) {
      const stream = this.#stream;
      try {
        return yield* stream.body;
      } catch (error) {
        await this.#repeating;
        if (this.#stream === stream) throw error;
      }
    }
  }

  #close(): void {
    if (this.closed) return;
    this.closed = true;
    this.#kept = undefined;
    for (const listener of this.#listeners) listener();
    this.#listeners = [];
  }
}

import { StreamLimit } from './frames/faults.js';
import type { HeaderList } from './hpack/header-list.js';
import type { Stream } from './stream.js';

/**
 * Requests for which the peer has no room yet, with their headers, in their order.
 *
 * All of them fail with `StreamLimit` when none could be sent for `limitMs`.
 */
export class WaitingRequests {
  readonly #queue = new Map<Stream, HeaderList>();
  readonly #limitMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  get streams(): Iterable<Stream> {
    return this.#queue.keys();
  }

  /** `peerStreams` is how many the peer takes at once. */
  add(stream: Stream, headers: HeaderList, peerStreams: number): void {
    this.#queue.set(stream, headers);
    this.#timer ??= setTimeout(() => this.#giveUp(peerStreams), this.#limitMs);
  }

  /** Hands out the next one. */
  take(): readonly [Stream, HeaderList] | undefined {
    const [next] = this.#queue;
    if (!next) return undefined;
    this.#timer?.refresh();
    this.drop(next[0]);
    return next;
  }

  drop(stream: Stream): void {
    this.#queue.delete(stream);
    if (this.#queue.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #giveUp(peerStreams: number): void {
    for (const stream of [...this.#queue.keys()])
      stream.fail(new StreamLimit(peerStreams, this.#limitMs));
  }
}

import { SendWindow } from './flow-window.js';
import { maxQueuedBytes } from './frames/limits.js';
import type { HeaderList } from './hpack/header-list.js';

/** The body of a stream that is to be sent, with the stream's window and what ends it. */
export class OutputQueue {
  readonly window: SendWindow;
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #ending: { readonly trailers: HeaderList | undefined } | undefined;
  #closed = false;
  #wake: (() => void) | undefined;
  #room: Promise<void> | undefined;

  constructor(windowBytes: number) {
    this.window = new SendWindow(windowBytes);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Set when nothing is written any more and the stream's end is still to be sent. */
  get ending(): { readonly trailers: HeaderList | undefined } | undefined {
    return this.#ending;
  }

  /** Takes the pieces' memory; `undefined` when there is room for more, else a promise of it, which never rejects. */
  add(pieces: readonly Uint8Array[]): Promise<void> | undefined {
    if (this.#closed || this.#ending) return undefined;
    for (const piece of pieces) {
      if (piece.length > 0) this.#pieces.push(piece);
      this.#bytes += piece.length;
    }
    if (this.#bytes <= maxQueuedBytes) return undefined;
    this.#room ??= new Promise((resolve) => {
      this.#wake = resolve;
    });
    return this.#room;
  }

  end(trailers: HeaderList | undefined): void {
    if (!this.#closed) this.#ending ??= { trailers };
  }

  /** Moves the first `bytes` behind `target`, as views. */
  moveTo(target: Uint8Array[], bytes: number): void {
    let left = bytes;
    let whole = 0;
    for (const piece of this.#pieces) {
      if (piece.length > left) break;
      target.push(piece);
      left -= piece.length;
      whole++;
    }
    this.#pieces.splice(0, whole);
    const [cut] = this.#pieces;
    if (cut && left > 0) {
      target.push(cut.subarray(0, left));
      this.#pieces[0] = cut.subarray(left);
    }
    this.#bytes -= bytes;
    if (this.#bytes <= maxQueuedBytes) this.#wakeWriters();
  }

  /** Drops everything, now and later; writers need not wait any more. */
  close(): void {
    this.#closed = true;
    this.#ending = undefined;
    this.#pieces = [];
    this.#bytes = 0;
    this.#wakeWriters();
  }

  #wakeWriters(): void {
    this.#wake?.();
    this.#wake = undefined;
    this.#room = undefined;
  }
}

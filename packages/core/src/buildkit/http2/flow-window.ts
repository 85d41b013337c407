import { max31Bits } from './frames/frames.js';

/** How much may be sent; a changed setting can make it negative (RFC 9113 §6.9.2). */
export class SendWindow {
  bytes: number;

  constructor(bytes: number) {
    this.bytes = bytes;
  }

  /** False when the window would pass what the RFC allows (§6.9.1). */
  widen(bytes: number): boolean {
    this.bytes += bytes;
    return this.bytes <= max31Bits;
  }
}

/** How much the peer may send; what was used is given back by the half window. */
export class ReceiveWindow {
  readonly #sizeBytes: number;
  #leftBytes: number;
  #usedBytes = 0;

  constructor(sizeBytes: number) {
    this.#sizeBytes = sizeBytes;
    this.#leftBytes = sizeBytes;
  }

  /** False when the peer sent more than it may. */
  receive(bytes: number): boolean {
    this.#leftBytes -= bytes;
    return this.#leftBytes >= 0;
  }

  /** The increment that is to be announced now, 0 for none. */
  use(bytes: number): number {
    this.#usedBytes += bytes;
    if (this.#usedBytes * 2 < this.#sizeBytes) return 0;
    const increment = this.#usedBytes;
    this.#usedBytes = 0;
    this.#leftBytes += increment;
    return increment;
  }
}

import { ConnectionFault, Http2Code } from './faults.js';

/** Bounds how often the peer may do what costs us work and brings nothing. */
export class FloodGuard {
  readonly #burst: number;
  readonly #perSecond: number;
  #left: number;
  #since = performance.now();

  constructor(limit: { readonly burst: number; readonly perSecond: number }) {
    this.#burst = limit.burst;
    this.#perSecond = limit.perSecond;
    this.#left = limit.burst;
  }

  /** Throws when it was once too often. */
  count(): void {
    if (this.#left < 1) this.#refill();
    if (this.#left < 1)
      throw new ConnectionFault(Http2Code.ENHANCE_YOUR_CALM, 'the peer floods the connection');
    this.#left--;
  }

  #refill(): void {
    const now = performance.now();
    const gained = ((now - this.#since) / 1000) * this.#perSecond;
    this.#left = Math.min(this.#burst, this.#left + gained);
    this.#since = now;
  }
}

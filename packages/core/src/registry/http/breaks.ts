import { setTimeout as delay } from 'node:timers/promises';
import { RegistryError } from './registry-error.js';
import { longestRetryAfterMs } from './retry-after.js';

/** Breaks without a byte in between, after which the registry is given up. */
const fruitlessLimit = 5;
/** All breaks of one transfer. */
const limit = 100;

/** Counts the breaks of one transfer that goes on where it was, and waits longer the less comes. */
export class Breaks {
  #all = 0;
  #fruitless = 0;

  /** Waits before the next try. Throws the error when there is no sense in one. */
  async wait(error: unknown, hasAdvanced: boolean, signal: AbortSignal | undefined): Promise<void> {
    this.#all++;
    this.#fruitless = hasAdvanced ? 0 : this.#fruitless + 1;
    const asked = (error instanceof RegistryError && error.retryAfterMs) || 0;
    const isHopeless = this.#all > limit || this.#fruitless >= fruitlessLimit;
    if (isHopeless || asked > longestRetryAfterMs) throw error;
    const waitMs = Math.max(asked, 50 * 2 ** this.#fruitless);
    await delay(waitMs, undefined, { signal }).catch(() => {});
  }
}

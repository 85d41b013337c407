import { setImmediate } from 'node:timers/promises';

/** How long synchronous work may keep the event loop from network I/O and timers. */
const sliceMs = 8;

/** Reminds a long synchronous loop to let the event loop run. */
export class Pace {
  #since = performance.now();

  get isOver(): boolean {
    return performance.now() - this.#since > sliceMs;
  }

  async rest(): Promise<void> {
    await setImmediate();
    this.#since = performance.now();
  }
}

/** Ends the waiting for a peer that says nothing; time in which nobody waits does not count. */
export class SilenceLimit {
  readonly #timer: NodeJS.Timeout;
  #waiting = true;

  /** Waiting begins at once; `onSilent` is called when it has lasted for `limitMs`. */
  constructor(limitMs: number, onSilent: () => void) {
    this.#timer = setTimeout(() => {
      if (this.#waiting) onSilent();
      else this.#timer.refresh();
    }, limitMs);
  }

  /** Something was heard, and is now used. */
  heard(): void {
    this.#waiting = false;
  }

  /** The next word is waited for. */
  wait(): void {
    this.#waiting = true;
    this.#timer.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

import { WarmdockError } from '../../errors.js';

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

/** The limit for one call, if it has one; `end` gets the error that it ends with, `TIMEOUT`. */
export function limitSilence(
  operation: string,
  silenceMs: number | undefined,
  end: (error: WarmdockError) => void,
): SilenceLimit | undefined {
  if (silenceMs === undefined) return undefined;
  return new SilenceLimit(silenceMs, () =>
    end(
      new WarmdockError('TIMEOUT', `${operation}: nothing was heard for ${silenceMs / 1000} s`, {
        hint: 'check that the builder is still running and reachable, then try again',
      }),
    ),
  );
}

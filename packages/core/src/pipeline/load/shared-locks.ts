import { abortable } from '../../content/abortable.js';
import { type LockOptions, type LockOutcome, takeProcessLock } from '../state/process-lock.js';

/** A lock, or one that is waited for, and the paths under which it is known here. */
interface Held {
  users: number;
  readonly outcome: Promise<LockOutcome>;
  readonly paths: Set<string>;
}

/** What a load holds against other processes. */
export interface SharedLock {
  release(): void;
}

export type SharedLockOutcome =
  | { readonly how: 'free' | 'waited'; readonly lock: SharedLock }
  | { readonly how: 'denied' };

/** Locks against other processes that all loads of this one have together. */
export class SharedLocks {
  readonly #held = new Map<string, Held>();

  /**
   * As `takeProcessLock`, for a path; others who want one of `more` wait as well. Given back when all
   * who took it have released it.
   */
  async take(
    path: string,
    more: readonly string[],
    options: LockOptions,
  ): Promise<SharedLockOutcome> {
    const known = this.#held.get(path);
    const held = known ?? this.#begin(path, options);
    held.users += 1;
    const release = () => this.#release(held);
    try {
      const outcome = await abortable(held.outcome, 'waiting for another load', options.signal);
      if ('lock' in outcome) {
        outcome.lock.extendTo(this.#added(held, more));
        return { how: outcome.how, lock: { release } };
      }
      release();
      return outcome;
    } catch (error) {
      release();
      // The one who asked first has left.
      if (known && !options.signal?.aborted) return this.take(path, more, options);
      throw error;
    }
  }
  #begin(path: string, options: LockOptions): Held {
    const outcome = takeProcessLock(path, options);
    const held = { users: 0, outcome, paths: new Set([path]) };
    this.#held.set(path, held);
    return held;
  }

  /** Those that nobody here holds or waits for; they are this one's from now on. */
  #added(held: Held, paths: readonly string[]): string[] {
    const added = paths.filter((path) => !this.#held.has(path));
    for (const path of added) {
      held.paths.add(path);
      this.#held.set(path, held);
    }
    return added;
  }

  #release(held: Held): void {
    held.users -= 1;
    if (held.users > 0) return;
    for (const path of held.paths) if (this.#held.get(path) === held) this.#held.delete(path);
    held.outcome.then((outcome) => 'lock' in outcome && outcome.lock.release()).catch(() => {});
  }
}

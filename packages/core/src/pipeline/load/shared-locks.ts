import { abortable } from '../../content/abortable.js';
import { type LockOptions, type LockOutcome, takeProcessLock } from './process-lock.js';

/** Locks against other processes that all loads of this one have together. */
export class SharedLocks {
  readonly #held = new Map<string, { users: number; readonly outcome: Promise<LockOutcome> }>();

  /** As `takeProcessLock`; given back when all who took it have released it. */
  async take(path: string, options: LockOptions): Promise<LockOutcome> {
    const known = this.#held.get(path);
    const held = known ?? { users: 0, outcome: takeProcessLock(path, options) };
    held.users += 1;
    this.#held.set(path, held);
    const release = () => {
      held.users -= 1;
      if (held.users > 0) return;
      if (this.#held.get(path) === held) this.#held.delete(path);
      held.outcome.then((outcome) => 'lock' in outcome && outcome.lock.release()).catch(() => {});
    };
    try {
      const outcome = await abortable(held.outcome, 'waiting for another load', options.signal);
      if ('lock' in outcome) return { how: outcome.how, lock: { release } };
      release();
      return outcome;
    } catch (error) {
      release();
      // The one who asked first has left.
      if (known && !options.signal?.aborted) return this.take(path, options);
      throw error;
    }
  }
}

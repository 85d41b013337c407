import type { SolveStatus } from '../../buildkit/solve-status.js';
import { timestampOf } from './timestamp.js';

/** Something that takes time inside a step, with the bytes of it where they are known. */
export class Transfer {
  readonly id: string;
  #startedAt: number | undefined;
  #endedAt: number | undefined;
  #current = 0;
  #total = 0;
  #hasNews = false;

  constructor(id: string, startedAt?: number) {
    this.id = id;
    this.#startedAt = startedAt;
  }

  get isOver(): boolean {
    return this.#endedAt !== undefined;
  }

  begin(now: number): void {
    this.#startedAt ??= now;
    this.#hasNews = true;
  }

  /** Ends with the last byte; begins anew when it is given less than before. */
  advance(current: number, total: number, now: number): void {
    this.begin(now);
    this.#current = Math.min(current, total);
    this.#total = total;
    if (current < total) this.#endedAt = undefined;
    else this.#endedAt ??= now;
  }

  /** Ends it if it runs. */
  end(now: number): void {
    if (this.#startedAt === undefined || this.isOver) return;
    this.#endedAt = now;
    this.#hasNews = true;
  }

  /** Whether there are any since the last call. */
  takeNews(): boolean {
    const hasNews = this.#hasNews;
    this.#hasNews = false;
    return hasNews;
  }

  status(vertex: string, now: number): SolveStatus['statuses'][number] {
    return {
      id: this.id,
      vertex,
      name: '',
      current: this.#current,
      total: this.#total,
      timestamp: timestampOf(now),
      started: this.#startedAt === undefined ? undefined : timestampOf(this.#startedAt),
      completed: this.#endedAt === undefined ? undefined : timestampOf(this.#endedAt),
    };
  }
}

import type { SolveStatus } from '../../buildkit/solve-status.js';
import { StepLog } from './step-log.js';
import { timeOf } from './timestamp.js';

type Vertex = SolveStatus['vertexes'][number];
export type StepStatus = SolveStatus['statuses'][number];

/** How BuildKit words the error of a cancelled step; others may stand before it. */
export const cancelledError = 'context canceled';

/** A step of the build with all that was heard of it. Times in ms since the epoch, by the builder's clock. */
export class Step {
  name = '';
  error = '';
  cached = false;
  readonly statuses = new Map<string, StepStatus>();
  readonly warnings: string[] = [];
  readonly log = new StepLog();
  /** When it ran: end by start, undefined while it runs. BuildKit may run a step several times. */
  readonly #runs = new Map<number, number | undefined>();

  /** Takes over the news and tells whether they are any, since BuildKit repeats itself. */
  update(vertex: Vertex): boolean {
    // A repeated announcement of a step that has started already carries nothing.
    if (this.isStarted && !vertex.started) return false;
    const before = this.#fingerprint();
    this.name = vertex.name;
    this.error = vertex.error;
    this.cached = vertex.cached;
    if (vertex.started) {
      this.#runs.set(timeOf(vertex.started), vertex.completed && timeOf(vertex.completed));
    }
    return this.isStarted && this.#fingerprint() !== before;
  }

  /** Ends it if it runs, and tells whether it did. */
  cancel(now: number): boolean {
    if (!this.isStarted || this.isCompleted) return false;
    for (const [start, end] of this.#runs) this.#runs.set(start, end ?? now);
    this.error = cancelledError;
    return true;
  }

  get isStarted(): boolean {
    return this.#runs.size > 0;
  }

  get isCompleted(): boolean {
    return this.isStarted && ![...this.#runs.values()].includes(undefined);
  }

  get isCancelled(): boolean {
    return this.error.endsWith(cancelledError);
  }

  /** When the newest run began. */
  get startedAt(): number {
    return Math.max(...this.#runs.keys());
  }

  get completedAt(): number {
    return Math.max(...[...this.#runs.values()].map((end) => end ?? Number.POSITIVE_INFINITY));
  }

  /** How long it ran; overlapping runs count once. */
  elapsedMs(now: number): number {
    let total = 0;
    let covered = Number.NEGATIVE_INFINITY;
    for (const [start, end = now] of [...this.#runs].sort(([a], [b]) => a - b)) {
      total += Math.max(0, end - Math.max(start, covered));
      covered = Math.max(covered, end);
    }
    return total;
  }

  #fingerprint(): string {
    return JSON.stringify([this.name, this.error, this.cached, ...this.#runs]);
  }
}

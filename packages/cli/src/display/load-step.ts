import type { LoadPlan, Progress, SolveStatus } from '@warmdock/core';
import { formatSize } from './format.js';
import { timestampOf } from './timestamp.js';

const name = 'load into the daemon';
/** Steps have digests; this one is the SHA-256 of `warmdock.load`. */
const digest = 'sha256:cfea83d6704c95079690a1260dd2436acff26002768ca7e8eeb8292e0901502a';
/** News of a transfer within this time are shown together. */
const minIntervalMs = 100;

/** Shows the load as one more step of the build, in the form in which BuildKit reports its own. */
export class LoadStep {
  readonly #now: () => number;
  #startedAt: number | undefined;
  #transfer: { readonly id: string; readonly startedAt: number } | undefined;
  #sentBytes = 0;
  #totalBytes = 0;
  #reportedAt = 0;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** What is new after this; `undefined` when there is nothing to show. */
  update(progress: Progress): SolveStatus | undefined {
    if (progress.type === 'compare') return this.#begin(progress.plan);
    if (progress.type !== 'load') return undefined;
    const now = this.#now();
    this.#sentBytes = progress.sentBytes;
    this.#totalBytes = progress.totalBytes;
    if (now - this.#reportedAt < minIntervalMs) return undefined;
    this.#reportedAt = now;
    return this.#transferStatus(undefined);
  }

  /** The end of it; `error` as BuildKit would put it, empty for success. */
  finish(error: string, isCached: boolean): SolveStatus | undefined {
    if (this.#startedAt === undefined) return undefined;
    const vertex = {
      ...this.#vertex(this.#startedAt),
      completed: timestampOf(this.#now()),
      error,
      cached: isCached,
    };
    const transfer = this.#transferStatus(this.#now());
    return { ...nothing, ...transfer, vertexes: [vertex] };
  }

  #begin(plan: LoadPlan): SolveStatus {
    const now = this.#now();
    this.#startedAt = now;
    if ('missing' in plan) {
      const { length } = plan.missing;
      const id = `sending ${length} of ${plan.layersTotal} layers, ${formatSize(plan.sizeBytes)}`;
      this.#transfer = { id, startedAt: now };
    }
    const log = {
      vertex: digest,
      timestamp: timestampOf(now),
      stream: 1,
      msg: Buffer.from(`${plan.reason}\n`),
    };
    return { ...nothing, vertexes: [this.#vertex(now)], logs: [log] };
  }

  #vertex(startedAt: number) {
    return {
      digest,
      inputs: [],
      name,
      cached: false,
      started: timestampOf(startedAt),
      completed: undefined,
      error: '',
      progressGroup: undefined,
    };
  }

  #transferStatus(completedAt: number | undefined): SolveStatus | undefined {
    if (!this.#transfer) return undefined;
    const status = {
      id: this.#transfer.id,
      vertex: digest,
      name: '',
      // Layers may be sent unpacked, which is more than what they take at the builder.
      current: Math.min(this.#sentBytes, this.#totalBytes),
      total: this.#totalBytes,
      timestamp: timestampOf(this.#now()),
      started: timestampOf(this.#transfer.startedAt),
      completed: completedAt === undefined ? undefined : timestampOf(completedAt),
    };
    return { ...nothing, statuses: [status] };
  }
}

const nothing: SolveStatus = { vertexes: [], statuses: [], logs: [], warnings: [] };

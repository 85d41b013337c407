import { createHash } from 'node:crypto';
import type { SolveStatus } from '../../buildkit/solve-status.js';
import type { LoadPlan } from '../../pipeline/plan/load-plan.js';
import type { Progress } from '../../progress.js';
import { formatSize } from './format.js';
import { timestampOf } from './timestamp.js';
import { Transfer } from './transfer.js';

const name = 'load into the daemon';
/** News of a transfer within this time are shown together. */
const minIntervalMs = 100;

type LoadProgress = Extract<Progress, { type: 'load' }>;

/** Shows the load as one more step of the build, in the form in which BuildKit reports its own. */
export class LoadStep {
  readonly #now: () => number;
  readonly #digest: string;
  #startedAt: number | undefined;
  /** All that is sent together, then each layer where there are several, then what the daemon does with them. */
  #transfers: Transfer[] = [];
  #reportedAt = 0;

  /** `target` tells the steps of several builds apart. */
  constructor(target = '', now: () => number = Date.now) {
    this.#now = now;
    this.#digest = digestOf(target);
  }

  /** What is new after this; `undefined` when there is nothing to show. */
  update(progress: Progress): SolveStatus | undefined {
    if (progress.type === 'compare') return this.#begin(progress.plan);
    if (progress.type !== 'load') return undefined;
    const isLast = this.#advance(progress);
    const now = this.#now();
    if (!isLast && now - this.#reportedAt < minIntervalMs) return undefined;
    this.#reportedAt = now;
    return this.#transferNews();
  }

  /** The end of it; `error` as BuildKit would put it, empty for success. */
  finish(error: string, isCached: boolean): SolveStatus | undefined {
    if (this.#startedAt === undefined) return undefined;
    const now = this.#now();
    for (const transfer of this.#transfers) transfer.end(now);
    const vertex = {
      ...this.#vertex(this.#startedAt),
      completed: timestampOf(now),
      error,
      cached: isCached,
    };
    return { ...this.#transferNews(), vertexes: [vertex] };
  }

  #begin(plan: LoadPlan): SolveStatus {
    const now = this.#now();
    this.#startedAt = now;
    if ('missing' in plan) {
      const { length } = plan.missing;
      const id = `sending ${length} of ${plan.layersTotal} layers, ${formatSize(plan.sizeBytes)}`;
      this.#transfers = [new Transfer(id, now)];
      const several = length > 1 ? plan.missing : [];
      for (const layer of several) this.#transfers.push(new Transfer(layerId(layer.digest)));
      this.#transfers.push(new Transfer('unpacking in the daemon'));
    }
    const log = {
      vertex: this.#digest,
      timestamp: timestampOf(now),
      stream: 1,
      msg: Buffer.from(`${plan.reason}\n`),
    };
    return { ...nothing, vertexes: [this.#vertex(now)], logs: [log] };
  }

  /** Tells whether this was the last of it. */
  #advance({ sentBytes, totalBytes, layer, layerBytes }: LoadProgress): boolean {
    const now = this.#now();
    const [all, ...others] = this.#transfers;
    const isLast = sentBytes >= totalBytes && !all?.isOver;
    all?.advance(sentBytes, totalBytes, now);
    const id = layerId(layer.digest);
    others.find((each) => each.id === id)?.advance(layerBytes, layer.size, now);
    if (isLast) others.at(-1)?.begin(now);
    return isLast;
  }

  #vertex(startedAt: number) {
    return {
      digest: this.#digest,
      inputs: [],
      name,
      cached: false,
      started: timestampOf(startedAt),
      completed: undefined,
      error: '',
      progressGroup: undefined,
    };
  }

  #transferNews(): SolveStatus {
    const now = this.#now();
    const fresh = this.#transfers.filter((transfer) => transfer.takeNews());
    return { ...nothing, statuses: fresh.map((transfer) => transfer.status(this.#digest, now)) };
  }
}

/** Steps have digests; this one is of what it is. */
function digestOf(target: string): string {
  const subject = target === '' ? 'warmdock.load' : `warmdock.load ${target}`;
  return `sha256:${createHash('sha256').update(subject).digest('hex')}`;
}

/** Short as docker prints it. */
function layerId(layer: string): string {
  return `layer ${layer.slice('sha256:'.length, 'sha256:'.length + 12)}`;
}

const nothing: SolveStatus = { vertexes: [], statuses: [], logs: [], warnings: [] };

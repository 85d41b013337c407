import type { SolveStatus } from '../../buildkit/solve-status.js';
import { formatLogTime } from './format.js';
import { Step } from './step.js';
import { StepGroup } from './step-group.js';
import { timeOf } from './timestamp.js';

type Vertex = SolveStatus['vertexes'][number];

/** All steps of a build that were heard of, kept up to date; a progress group is one step. */
export class Steps {
  /** Members of a group lead to the group's step. */
  readonly #byDigest = new Map<string, Step>();
  readonly #groups = new Map<string, StepGroup>();
  readonly #counted = new Set<Step>();
  readonly #started = new Set<Step>();
  readonly #onNews: (step: Step) => void;

  /** `onNews` hears of each step that has started and has something new to show, once per piece of news. */
  constructor(onNews: (step: Step) => void = () => {}) {
    this.#onNews = onNews;
  }

  get size(): number {
    return this.#counted.size;
  }

  /** Those that have started, in that order. */
  get started(): Step[] {
    return [...this.#started];
  }

  apply(status: SolveStatus): void {
    for (const vertex of status.vertexes) {
      if (vertex.progressGroup) this.#updateGroup(vertex, vertex.progressGroup.id);
      else this.#updateStep(vertex);
    }
    for (const each of status.statuses) {
      this.#about(each.vertex, (step) => step.statuses.set(each.id, each));
    }
    for (const { vertex, short } of status.warnings) {
      // No news: they mostly come when the step is over, and are listed at the end of the build.
      this.#byDigest.get(vertex)?.warnings.push(Buffer.from(short).toString('utf8'));
    }
    for (const { vertex, timestamp, msg } of status.logs) {
      this.#about(vertex, (step) => {
        const sinceStart = timestamp && step.isStarted ? timeOf(timestamp) - step.startedAt : 0;
        step.log.append(msg, formatLogTime(sinceStart));
      });
    }
  }

  /** Ends the steps that run; `now` by the builder's clock. */
  cancel(now: number): void {
    for (const step of this.#started) if (step.cancel(now)) this.#onNews(step);
  }

  #updateStep(vertex: Vertex): void {
    const step = this.#byDigest.get(vertex.digest) ?? new Step();
    this.#byDigest.set(vertex.digest, step);
    this.#show(step, step.update(vertex));
  }

  #updateGroup(vertex: Vertex, id: string): void {
    const group = this.#groups.get(id) ?? new StepGroup();
    this.#groups.set(id, group);
    this.#byDigest.set(vertex.digest, group.step);
    const isNews = group.update(vertex);
    if (group.isShown) this.#show(group.step, isNews);
  }

  #show(step: Step, isNews: boolean): void {
    this.#counted.add(step);
    if (!step.isStarted) return;
    this.#started.add(step);
    if (isNews) this.#onNews(step);
  }

  #about(digest: string, change: (step: Step) => void): void {
    const step = this.#byDigest.get(digest);
    if (!step) return;
    change(step);
    if (this.#started.has(step)) this.#onNews(step);
  }
}

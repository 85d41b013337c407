import type { SolveStatus } from '@warmdock/core';
import { formatLogTime } from './format.js';
import { Step } from './step.js';
import { timeOf } from './timestamp.js';

/** All steps of a build that were heard of, kept up to date. */
export class Steps {
  readonly #byDigest = new Map<string, Step>();
  /** Those that have started, in that order. */
  readonly started: Step[] = [];
  readonly #onNews: (step: Step) => void;

  /** `onNews` hears of each step that has something new to show, once per piece of news. */
  constructor(onNews: (step: Step) => void = () => {}) {
    this.#onNews = onNews;
  }

  get size(): number {
    return this.#byDigest.size;
  }

  apply(status: SolveStatus): void {
    for (const vertex of status.vertexes) {
      const step = this.#known(vertex.digest);
      const wasStarted = step.isStarted;
      const isNews = step.update(vertex);
      if (step.isStarted && !wasStarted) this.started.push(step);
      if (isNews) this.#onNews(step);
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
    for (const step of this.started) if (step.cancel(now)) this.#onNews(step);
  }

  #known(digest: string): Step {
    let step = this.#byDigest.get(digest);
    if (!step) {
      step = new Step();
      this.#byDigest.set(digest, step);
    }
    return step;
  }

  #about(digest: string, change: (step: Step) => void): void {
    const step = this.#byDigest.get(digest);
    if (!step) return;
    change(step);
    this.#onNews(step);
  }
}

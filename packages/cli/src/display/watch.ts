import type { LoadResult, OnProgress } from '@warmdock/core';
import { isWarmdockError } from '@warmdock/core';
import type { Display } from './display.js';
import { LoadStep } from './load-step.js';
import { cancelledError } from './step.js';
import { Warnings } from './warnings.js';

/** Leads the news of one build and load to a display. */
export class Watch {
  readonly warnings = new Warnings();
  readonly #display: Display;
  readonly #loadStep = new LoadStep();

  constructor(display: Display) {
    this.#display = display;
  }

  readonly onProgress: OnProgress = (progress) => {
    if (progress.type === 'notice') return this.#display.notice(progress.message);
    if (progress.type === 'solve') this.warnings.add(progress.status.warnings);
    const status = progress.type === 'solve' ? progress.status : this.#loadStep.update(progress);
    if (status) this.#display.update(status);
  };

  succeed(load: LoadResult | undefined): void {
    this.#finishLoad('', load?.outcome === 'unchanged');
    this.#display.end();
  }

  fail(error: unknown): void {
    const isCancelled = isWarmdockError(error) && error.code === 'CANCELLED';
    this.#finishLoad(isCancelled ? cancelledError : String((error as Error).message), false);
    if (isCancelled) this.#display.cancel();
    this.#display.end();
  }

  #finishLoad(error: string, isCached: boolean): void {
    const status = this.#loadStep.finish(error, isCached);
    if (status) this.#display.update(status);
  }
}

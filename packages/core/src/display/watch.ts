import type { SolveStatus } from '../buildkit/solve-status.js';
import { isWarmdockError } from '../errors.js';
import type { LoadResult } from '../pipeline/plan/load-plan.js';
import type { OnProgress } from '../progress.js';
import type { Display } from './model/display.js';
import { LoadStep } from './model/load-step.js';
import { cancelledError } from './model/step.js';
import { Unstarted } from './model/unstarted.js';
import { Uploads } from './model/uploads.js';
import { Warnings } from './warnings.js';

/** Leads the news of one build and load to a display. */
export class Watch {
  readonly warnings = new Warnings();
  readonly #display: Display;
  readonly #loadStep: LoadStep;
  readonly #unstarted = new Unstarted();
  readonly #uploads = new Uploads();

  /** `target` names the build where there are several. */
  constructor(display: Display, target = '') {
    this.#display = display;
    this.#loadStep = new LoadStep(target);
  }

  readonly onProgress: OnProgress = (progress) => {
    if (progress.type === 'notice') return this.#display.notice(progress.message);
    if (progress.type === 'builder') return this.#display.buildsOn(progress);
    if (progress.type === 'context') return this.#uploads.note(progress);
    if (progress.type === 'solve') return this.#showSolve(progress.status);
    this.#show(this.#loadStep.update(progress));
  };

  succeed(load: LoadResult | undefined): void {
    this.#show(this.#unstarted.asCached());
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
    this.#show(this.#loadStep.finish(error, isCached));
  }

  #showSolve(status: SolveStatus): void {
    this.warnings.add(status.warnings);
    this.#unstarted.note(status);
    this.#show(this.#display.drawsBars ? this.#uploads.withTotals(status) : status);
  }

  #show(status: SolveStatus | undefined): void {
    if (status) this.#display.update(status);
  }
}

import type { SolveStatus } from '../buildkit/solve-status.js';
import { WarmdockError } from '../errors.js';
import type { BuildOutcome } from '../pipeline/build-outcome.js';
import type { Progress } from '../progress.js';
import type { Display } from './model/display.js';
import { Warnings } from './warnings.js';
import { Watch } from './watch.js';

/** Leads the news of several builds to one display; where there are several, steps bear their targets' names. */
export class TargetsWatch {
  readonly #display: Display;
  readonly #running: Map<string, Watch>;
  readonly #warnings = new Warnings();
  /** By step, the target that its output is taken from: the builder tells it to each that has the step. */
  readonly #logging = new Map<string, string>();

  constructor(display: Display, targets: readonly string[]) {
    this.#display = display;
    const isOne = targets.length === 1;
    this.#running = new Map(
      targets.map((target) => [
        target,
        new Watch(partOf(display, isOne ? undefined : target), target),
      ]),
    );
  }

  get warnings(): Warnings {
    return this.#warnings;
  }

  /** News of the builder itself, which belong to no target. */
  onBuilder(progress: Progress): void {
    if (progress.type === 'solve') this.#display.update(progress.status);
  }

  onProgress(target: string, progress: Progress): void {
    const isSolve = progress.type === 'solve';
    if (isSolve) this.#warnings.add(progress.status.warnings);
    const news = isSolve
      ? { ...progress, status: this.#withLogsOnce(progress.status, target) }
      : progress;
    this.#running.get(target)?.onProgress(news);
  }

  onDone(target: string, { load }: BuildOutcome): void {
    this.#running.get(target)?.succeed(load);
    this.#running.delete(target);
  }

  end(): void {
    this.#display.end();
  }

  #withLogsOnce(status: SolveStatus, target: string): SolveStatus {
    const logs = status.logs.filter(({ vertex }) => {
      const owner = this.#logging.get(vertex) ?? target;
      this.#logging.set(vertex, owner);
      return owner === target;
    });
    return { ...status, logs };
  }

  /** Ends the builds that still run: the one that failed with its error, the others as cancelled. */
  fail(error: unknown, failed: string | undefined): void {
    const cancelled = new WarmdockError('CANCELLED', 'the build was cancelled');
    for (const [target, watch] of this.#running) watch.fail(target === failed ? error : cancelled);
    this.#display.cancel();
    this.#display.end();
  }
}

/** The display for one of several builds, which does not end with it. */
function partOf(display: Display, target: string | undefined): Display {
  return {
    showsLogs: display.showsLogs,
    drawsBars: display.drawsBars,
    buildsOn: () => {},
    update: (status) => display.update(target === undefined ? status : named(status, target)),
    notice: (message) =>
      display.notice(target === undefined ? message : `target ${target}: ${message}`),
    cancel: () => {},
    end: () => {},
  };
}

/** Names as buildx writes them: `[web 1/2] COPY . .`, `[web] exporting to image`. */
function named(status: SolveStatus, target: string): SolveStatus {
  const vertexes = status.vertexes.map((vertex) => ({
    ...vertex,
    name: vertex.name.startsWith('[')
      ? `[${target} ${vertex.name.slice(1)}`
      : `[${target}] ${vertex.name}`,
  }));
  return { ...status, vertexes };
}

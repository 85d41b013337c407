import type { SolveStatus } from '../../buildkit/solve-status.js';
import type { Builder, Display } from '../model/display.js';
import { formatFailedLogs } from '../model/failed-logs.js';
import type { Step } from '../model/step.js';
import { Steps } from '../model/steps.js';
import type { TextOutput } from '../text-output.js';
import { PlainStep } from './plain-step.js';
import { nextTurn } from './turns.js';

/** News within this time are shown together. */
const frameMs = 100;
/** How long news wait when no further ones come. */
const tickMs = 150;

/** Lines for logs and people: each step's are numbered, and steps that run at once take turns. */
export class PlainDisplay implements Display {
  readonly showsLogs = true;
  readonly drawsBars = false;
  readonly #output: TextOutput;
  readonly #now: () => number;
  readonly #steps = new Steps((step) => this.#hear(step));
  readonly #views = new Map<Step, PlainStep>();
  readonly #waiting = new Set<PlainStep>();
  #current: PlainStep | undefined;
  #count = 0;
  #opening = '';
  #shownAt = Number.NEGATIVE_INFINITY;
  #ticker: NodeJS.Timeout | undefined;

  constructor(output: TextOutput, now: () => number = Date.now) {
    this.#output = output;
    this.#now = now;
  }

  buildsOn({ name, driver }: Builder): void {
    this.#opening = `#0 building with ${JSON.stringify(name)} instance using ${driver} driver\n\n`;
  }

  update(status: SolveStatus): void {
    this.#steps.apply(status);
    this.#ticker ??= setInterval(() => this.show(), tickMs).unref();
    this.#ticker.refresh();
    const now = this.#now();
    if (now - this.#shownAt < frameMs) return;
    this.#shownAt = now;
    this.show();
  }

  notice(message: string): void {
    this.#leave();
    this.#output.write(`${this.#count > 0 ? '\n' : ''}NOTICE: ${message}\n`);
  }

  cancel(): void {
    this.#steps.cancel(this.#now());
  }

  end(): void {
    clearInterval(this.#ticker);
    this.show();
    this.#output.write(formatFailedLogs(this.#steps.started));
  }

  /** Prints what the steps whose turn it is have to say: first those that ended, then one that runs. */
  show(): void {
    const now = this.#now();
    for (const view of this.#ended()) this.#print(view, now);
    if (this.#current && this.#waiting.has(this.#current)) this.#print(this.#current, now);
    const running = [...this.#waiting];
    const candidates = this.#current ? [...running, this.#current] : running;
    const next = nextTurn(candidates, this.#current, now) ?? this.#anyRunning();
    if (next) this.#print(next, now);
  }

  #hear(step: Step): void {
    let view = this.#views.get(step);
    if (!view) {
      view = new PlainStep(step);
      this.#views.set(step, view);
    }
    view.hear(this.#now());
    this.#waiting.add(view);
  }

  #ended(): PlainStep[] {
    const ended = [...this.#waiting].filter((view) => view.step.isCompleted);
    const rank = (view: PlainStep) => (view === this.#current ? 0 : view.step.completedAt);
    return ended.sort((a, b) => rank(a) - rank(b));
  }

  /** A step that runs silently is shown rather than none. */
  #anyRunning(): PlainStep | undefined {
    if (this.#current) return undefined;
    return [...this.#views.values()].find((view) => !view.step.isCompleted);
  }

  #print(view: PlainStep, now: number): void {
    if (view !== this.#current) {
      this.#leave();
      this.#output.write(this.#count > 0 ? '\n' : this.#opening);
      view.number ||= ++this.#count;
      this.#output.write(view.title());
    }
    this.#output.write(view.takeNews(now));
    this.#waiting.delete(view);
    this.#current = view.isOver ? undefined : view;
  }

  #leave(): void {
    if (this.#current) this.#output.write(this.#current.pause());
    this.#current = undefined;
  }
}

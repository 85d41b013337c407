import { formatSeconds } from '../model/format.js';
import { formatStatus } from '../model/status-line.js';
import type { Step, StepStatus } from '../model/step.js';
import { formatLogLine } from '../model/step-log.js';
import { timeOf } from '../model/timestamp.js';

/** How much of a log is repeated when the step fails. */
const keptLines = 10;
/** A transfer is reported again after this share of it, or this time. */
const minShare = 0.05;
const minIntervalMs = 5_000;

/** One step of plain output: knows what of it was printed already. */
export class PlainStep {
  readonly step: Step;
  /** The `#n` of its lines; 0 until it is first printed. */
  number = 0;
  news = 0;
  newsSince = 0;
  readonly #shownStatuses = new Map<string, StepStatus>();
  #shownWarnings = 0;
  #shownLines = 0;
  /** How much of the open line is printed, and so where the cursor is. */
  #shownLetters = 0;

  constructor(step: Step) {
    this.step = step;
  }

  hear(now: number): void {
    if (this.news === 0) this.newsSince = now;
    this.news += 1;
  }

  title(): string {
    return this.#line(this.step.name);
  }

  /** Its lines since the last call, and at its end the closing line. */
  takeNews(now: number): string {
    const parts = [this.#takeStatuses(), this.#takeWarnings(), this.#takeLog()];
    if (this.isOver) {
      this.news = 0;
      parts.push(this.#endOpenLine(), this.#line(this.#ending(now)));
    }
    return parts.join('');
  }

  /** Ends its turn: another step is going to print. */
  pause(): string {
    this.news = 0;
    return this.#endOpenLine() + this.#line('...');
  }

  /** Whether nothing more is to come. */
  get isOver(): boolean {
    const { isCompleted, isCancelled } = this.step;
    // A transfer can outlive its step for a moment, as cache imports do.
    return isCompleted && (isCancelled || ![...this.#shownStatuses.values()].some(isRunning));
  }

  #takeStatuses(): string {
    const due = [...this.step.statuses.values()].filter((status) => this.#isDue(status));
    for (const status of due) this.#shownStatuses.set(status.id, status);
    const lines = due.map((status) => this.#line(formatStatus(status)));
    return lines.length > 0 ? this.#endOpenLine() + lines.join('') : '';
  }

  #isDue(status: StepStatus): boolean {
    const shown = this.#shownStatuses.get(status.id);
    if (!status.started || shown === status) return false;
    if (!shown || (status.completed && isRunning(shown))) return true;
    const share = status.total > 0 ? (status.current - shown.current) / status.total : 0;
    const since =
      status.timestamp && shown.timestamp ? timeOf(status.timestamp) - timeOf(shown.timestamp) : 0;
    return isRunning(status) && (share >= minShare || since >= minIntervalMs);
  }

  #takeWarnings(): string {
    const fresh = this.step.warnings.slice(this.#shownWarnings);
    this.#shownWarnings += fresh.length;
    const lines = fresh.map((warning) => this.#line(`WARN: ${warning}`));
    return lines.length > 0 ? this.#endOpenLine() + lines.join('') : '';
  }

  #takeLog(): string {
    const { lines, isOpen } = this.step.log;
    const fresh = lines.slice(this.#shownLines).map(formatLogLine);
    const text = fresh.map((line, index) => {
      if (index === 0 && this.#shownLetters > 0) return line.slice(this.#shownLetters);
      return `#${this.number} ${line}`;
    });
    if (text.length > 0) {
      this.#shownLines = isOpen ? lines.length - 1 : lines.length;
      this.#shownLetters = isOpen ? (fresh.at(-1)?.length ?? 0) : 0;
      this.#shownLines -= this.step.log.keepLast(keptLines);
    }
    return text
      .map((line, index) => (isOpen && index === text.length - 1 ? line : `${line}\n`))
      .join('');
  }

  #ending(now: number): string {
    if (this.step.isCancelled) return 'CANCELED';
    if (this.step.error !== '') return `ERROR: ${this.step.error}`;
    if (this.step.cached) return 'CACHED';
    return `DONE ${formatSeconds(this.step.elapsedMs(now))}`;
  }

  #line(text: string): string {
    return `#${this.number} ${text}\n`;
  }

  #endOpenLine(): string {
    if (this.#shownLetters === 0) return '';
    this.#shownLetters = 0;
    return '\n';
  }
}

function isRunning(status: StepStatus): boolean {
  return status.completed === undefined;
}

import { createColors } from 'picocolors';
import type { SolveStatus } from '../../buildkit/solve-status.js';
import { takesColors } from '../colors.js';
import type { Builder, Display } from '../model/display.js';
import { formatFailedLogs } from '../model/failed-logs.js';
import type { Step } from '../model/step.js';
import { Steps } from '../model/steps.js';
import { timeOf } from '../model/timestamp.js';
import type { TextOutput } from '../text-output.js';
import { formatFrame, formatTitle } from './frame.js';
import type { FrameLine } from './frame-block.js';
import type { Painter } from './painter.js';
import { padEnd, widthOf } from './text-width.js';

/** Time between two frames, and before the first: what is over by then is shown once and never drawn. */
const frameMs = 100;
/** How many lines of a step's output are shown at least, and left for the rest at most. */
const logLines = { least: 6, margin: 7 };

/** Redraws the state of the build in place, for terminals. */
export class LiveDisplay implements Display {
  readonly showsLogs = true;
  readonly drawsBars = true;
  readonly #output: TextOutput;
  readonly #env: NodeJS.ProcessEnv;
  readonly #colors: ReturnType<typeof createColors>;
  readonly #startedAt = Date.now();
  readonly #steps = new Steps(forgetLog);
  readonly #notices: string[] = [];
  readonly #timer: NodeJS.Timeout;
  #opening: Promise<Painter> | undefined;
  #painter: Painter | undefined;
  #isOver = false;
  #builder = '';
  /** How far this machine's clock is ahead of the builder's. */
  #clockSkewMs: number | undefined;

  constructor(output: TextOutput, env: NodeJS.ProcessEnv) {
    this.#output = output;
    this.#env = env;
    this.#colors = createColors(takesColors(output, env));
    this.#timer = setInterval(() => void this.#draw(), frameMs).unref();
  }

  buildsOn({ name, driver }: Builder): void {
    this.#builder = `${driver}:${name}`;
  }

  update(status: SolveStatus): void {
    const started = status.vertexes.find((vertex) => vertex.started)?.started;
    if (started) this.#clockSkewMs ??= Date.now() - timeOf(started);
    this.#steps.apply(status);
  }

  notice(message: string): void {
    this.#notices.push(`NOTICE: ${message}`);
  }

  cancel(): void {
    this.#steps.cancel(this.#builderNow());
  }

  end(): void {
    this.#isOver = true;
    clearInterval(this.#timer);
    this.#painter?.clear();
    const frame = this.#frame(undefined).join('\n');
    const text = `${frame}\n${formatFailedLogs(this.#steps.started)}`;
    if (this.#steps.size > 0 || this.#notices.length > 0) this.#output.write(text);
  }

  async #draw(): Promise<void> {
    this.#opening ??= openPainter(this.#output, this.#env);
    this.#painter = await this.#opening;
    const { columns, rows } = this.#output;
    const noticeRows = this.#notices.map((notice) => Math.ceil(widthOf(notice) / columns));
    const room = noticeRows.reduce((left, taken) => left - taken, rows - 1);
    if (!this.#isOver) this.#painter.draw(this.#frame(room));
  }

  /** `rows` undefined for the last one. */
  #frame(rows: number | undefined): string[] {
    const now = Date.now();
    const { columns } = this.#output;
    const state = formatTitle(this.#steps, now - this.#startedAt, rows === undefined);
    const title = `${padEnd(state, columns - 2 - widthOf(this.#builder))} ${this.#builder}`;
    const size = { columns, rows, logLines: this.#logLines() };
    const lines = formatFrame(this.#steps, title, this.#builderNow(), size).map((line) =>
      this.#paint(line),
    );
    return [...lines, ...this.#notices.map((notice) => this.#colors.yellow(notice))];
  }

  /** `BUILDKIT_TTY_LOG_LINES`, within what buildx allows for this terminal. */
  #logLines(): number {
    const wanted = Number.parseInt(this.#env.BUILDKIT_TTY_LOG_LINES ?? '', 10) || logLines.least;
    return Math.max(logLines.least, Math.min(wanted, this.#output.rows - logLines.margin));
  }

  #builderNow(): number {
    return Date.now() - (this.#clockSkewMs ?? 0);
  }

  #paint({ text, tone }: FrameLine): string {
    const { blue, red, yellow, dim } = this.#colors;
    const paints = { plain: String, done: blue, failed: red, notable: yellow, faint: dim };
    return paints[tone](text);
  }
}

/** Only a failed step's output is shown again, all of it: builders limit how much a step may print. */
function forgetLog(step: Step): void {
  if (step.isCompleted && step.error === '') step.log.keepLast(1);
}

async function openPainter(output: TextOutput, env: NodeJS.ProcessEnv): Promise<Painter> {
  const { Painter } = await import('./painter.js');
  return new Painter(output, env);
}

import type { SolveStatus } from '@warmdock/core';
import { createColors } from 'picocolors';
import type { Output } from '../output.js';
import type { Display } from './display.js';
import { formatFailedLogs } from './failed-logs.js';
import { type FrameLine, formatFrame, formatTitle } from './frame.js';
import { Steps } from './steps.js';
import { timeOf } from './timestamp.js';

/** Time between two frames, and before the first: what is over by then is shown once and never drawn. */
const frameMs = 100;
/** How much of a log is kept to show it when its step fails. */
const keptLines = 1_000;

type Painter = Awaited<ReturnType<typeof createPainter>>;

/** Redraws the state of the build in place, for terminals. */
export class LiveDisplay implements Display {
  readonly showsLogs = true;
  readonly #output: Output;
  readonly #colors: ReturnType<typeof createColors>;
  readonly #startedAt = Date.now();
  readonly #steps = new Steps((step) => step.log.keepLast(keptLines));
  readonly #notices: string[] = [];
  readonly #timer: NodeJS.Timeout;
  #opening: Promise<Painter> | undefined;
  #painter: Painter | undefined;
  #isOver = false;
  /** How far this machine's clock is ahead of the builder's. */
  #clockSkewMs: number | undefined;

  constructor(output: Output, env: NodeJS.ProcessEnv) {
    this.#output = output;
    this.#colors = createColors(!env.NO_COLOR && env.TERM !== 'dumb');
    this.#timer = setInterval(() => void this.#draw(), frameMs).unref();
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
    this.#painter?.done();
    const text = `${this.#frame(undefined)}\n${formatFailedLogs(this.#steps.started)}`;
    if (this.#steps.size > 0 || this.#notices.length > 0) this.#output.write(text);
  }

  async #draw(): Promise<void> {
    this.#opening ??= createPainter(this.#output);
    this.#painter = await this.#opening;
    if (!this.#isOver) this.#painter(this.#frame(this.#output.rows - 1 - this.#notices.length));
  }

  #frame(rows: number | undefined): string {
    const now = Date.now();
    const title = formatTitle(this.#steps, now - this.#startedAt, rows === undefined);
    const size = { columns: this.#output.columns, rows };
    const lines = formatFrame(this.#steps, title, this.#builderNow(), size).map((line) =>
      this.#paint(line),
    );
    return [...lines, ...this.#notices.map((notice) => this.#colors.yellow(notice))].join('\n');
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

async function createPainter(output: Output) {
  const { createLogUpdate } = await import('log-update');
  const stream = {
    write: (text: string) => output.write(text),
    get columns() {
      return output.columns;
    },
    get rows() {
      return output.rows;
    },
  };
  // It reads nothing else of the stream.
  return createLogUpdate(stream as unknown as NodeJS.WritableStream);
}

import type { Step } from '../model/step.js';
import { stepRow, transferRow } from './frame-row.js';
import { oneLine, wrap } from './text-width.js';

/** A line of the live display; the tone says what colour it may have. */
export interface FrameLine {
  readonly text: string;
  readonly tone: 'plain' | 'done' | 'failed' | 'notable' | 'faint';
}

/** A spare line gives way when lines are too many. */
export interface BlockLine extends FrameLine {
  readonly isSpare: boolean;
}

/** The lines of one step. */
export interface Block {
  readonly step: Step;
  readonly title: FrameLine;
  /** What it printed last, while it runs. */
  readonly log: readonly FrameLine[];
  /** Its transfers and warnings. */
  readonly lines: readonly BlockLine[];
}

/** Left free behind output, as buildx does. */
const logMargin = 10;

/** `now` by the builder's clock. */
export function blockOf(
  step: Step,
  now: number,
  size: { readonly columns: number; readonly logLines: number },
): Block {
  const width = size.columns - 1;
  const title = stepRow(`${mark(step)}${step.name}`, step.elapsedMs(now), width);
  return {
    step,
    title: { text: title, tone: toneOf(step) },
    log: step.isCompleted ? [] : logTail(step, size.columns - logMargin, size.logLines),
    lines: [...transferLines(step, now, width), ...warningLines(step, now, width)],
  };
}

export function linesOf({ title, log, lines }: Block): FrameLine[] {
  return [title, ...log, ...lines.map(({ text, tone }) => ({ text, tone }))];
}

function mark(step: Step): string {
  if (step.isCancelled) return 'CANCELED ';
  if (step.error !== '') return 'ERROR ';
  return step.cached ? 'CACHED ' : '';
}

function toneOf(step: Step): FrameLine['tone'] {
  if (!step.isCompleted) return 'plain';
  if (step.isCancelled) return 'notable';
  return step.error === '' ? 'done' : 'failed';
}

function transferLines(step: Step, now: number, width: number): BlockLine[] {
  return [...step.statuses.values()]
    .filter(({ started }) => started)
    .map((status) => ({
      text: transferRow(status, now, width),
      tone: status.completed ? 'done' : 'plain',
      isSpare: status.completed !== undefined,
    }));
}

function warningLines(step: Step, now: number, width: number): BlockLine[] {
  return step.warnings.map((warning) => ({
    text: stepRow(`WARN: ${warning}`, step.elapsedMs(now), width),
    tone: 'notable',
    isSpare: true,
  }));
}

/** Letters of a line that are looked at: some print megabytes without a line feed. */
const maxLineLength = 4_000;

/** The last lines without their times, long ones wrapped, empty ones left out. */
function logTail({ log: { lines } }: Step, columns: number, count: number): FrameLine[] {
  const tail: string[] = [];
  for (let at = lines.length - 1; at >= 0 && tail.length < count; at--) {
    const text = lines[at]?.text.slice(-maxLineLength) ?? '';
    tail.unshift(...wrap(oneLine(text), columns));
  }
  return tail.slice(-count).map((line) => ({ text: ` => => # ${line}`, tone: 'faint' }));
}

import { stripVTControlCharacters } from 'node:util';
import { formatSeconds } from './format.js';
import { formatAmount } from './status-line.js';
import type { Step, StepStatus } from './step.js';
import type { Steps } from './steps.js';
import { timeOf } from './timestamp.js';

/** A line of the live display; the tone says what colour it may have. */
export interface FrameLine {
  readonly text: string;
  readonly tone: 'plain' | 'done' | 'failed' | 'notable' | 'faint';
}

export interface FrameSize {
  readonly columns: number;
  /** `undefined` shows everything. */
  readonly rows: number | undefined;
}

/** How many log lines of a running step are shown. */
const logLines = 6;

/**
 * The state of a build as lines: a title, the steps with their times, and the last output of those that run.
 *
 * When they are too many the oldest ended steps are left out first. `now` by the builder's clock.
 */
export function formatFrame(
  steps: Steps,
  title: string,
  now: number,
  size: FrameSize,
): FrameLine[] {
  const width = size.columns - 1;
  const blocks = steps.started.map((step) => ({ step, lines: stepLines(step, now, width) }));
  let excess =
    blocks.reduce((sum, { lines }) => sum + lines.length, 1) -
    (size.rows ?? Number.POSITIVE_INFINITY);
  const shown = blocks.filter(({ step, lines }) => {
    if (excess <= 0 || !step.isCompleted || step.error !== '') return true;
    excess -= lines.length;
    return false;
  });
  const lines = shown.flatMap((block) => block.lines);
  const newest = size.rows === undefined ? lines : lines.slice(-Math.max(1, size.rows - 1));
  return [{ text: title.slice(0, width), tone: 'plain' }, ...newest];
}

export function formatTitle(steps: Steps, elapsedMs: number, isOver: boolean): string {
  const completed = steps.started.filter((step) => step.isCompleted).length;
  const end = isOver && completed > 0 && completed === steps.size ? ' FINISHED' : '';
  return `[+] Building ${formatSeconds(elapsedMs)} (${completed}/${steps.size})${end}`;
}

function stepLines(step: Step, now: number, width: number): FrameLine[] {
  const lines: FrameLine[] = [
    {
      text: row(`${mark(step)}${oneLine(step.name)}`, step.elapsedMs(now), width),
      tone: toneOf(step),
    },
  ];
  for (const status of step.statuses.values()) {
    if (status.started) lines.push(statusLine(status, now, width));
  }
  for (const warning of step.warnings) {
    lines.push({ text: ` => WARN: ${oneLine(warning)}`.slice(0, width), tone: 'notable' });
  }
  if (!step.isCompleted) {
    for (const line of step.log.lines.slice(-logLines)) {
      lines.push({ text: ` => => # ${oneLine(line)}`.slice(0, width), tone: 'faint' });
    }
  }
  return lines;
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

function statusLine(status: StepStatus, now: number, width: number): FrameLine {
  const start = status.started ? timeOf(status.started) : now;
  const end = status.completed ? timeOf(status.completed) : now;
  const text = row(`=> ${oneLine(status.id)}${formatAmount(status)}`, end - start, width);
  return { text, tone: status.completed ? 'done' : 'plain' };
}

/** Text on the left, cut where needed, and the time on the right. */
function row(text: string, elapsedMs: number, width: number): string {
  const time = ` ${formatSeconds(elapsedMs < 50 ? 0 : elapsedMs)}`;
  const left = Math.max(0, width - time.length);
  return ` => ${text}`.slice(0, left).padEnd(left) + time;
}

/** What of a text stands in one line of a terminal: programs overwrite lines after a carriage return. */
function oneLine(text: string): string {
  const overwritten = text.trimEnd().split('\r').at(-1) ?? '';
  return stripVTControlCharacters(overwritten).replaceAll('\t', ' ');
}

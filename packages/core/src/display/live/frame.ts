import { formatSeconds } from '../model/format.js';
import type { Steps } from '../model/steps.js';
import { type Block, blockOf, type FrameLine, linesOf } from './frame-block.js';
import { cut } from './text-width.js';

export interface FrameSize {
  readonly columns: number;
  /** `undefined` shows everything. */
  readonly rows: number | undefined;
  /** How many lines of a running step's output are shown. */
  readonly logLines: number;
}

/**
 * The state of a build as lines: a title, the steps with their times, the last output of those that
 * run, and their transfers.
 *
 * When they are too many, ended steps give way first, the oldest before, then what is over in steps
 * that run. TextOutput is shown of as many steps as it leaves room for what runs. `now` by the builder's clock.
 */
export function formatFrame(
  steps: Steps,
  title: string,
  now: number,
  { columns, rows, logLines }: FrameSize,
): FrameLine[] {
  const blocks = steps.started.map((step) => blockOf(step, now, { columns, logLines }));
  const head: FrameLine = { text: cut(title, columns - 1).trimEnd(), tone: 'plain' };
  if (rows === undefined) return [head, ...blocks.flatMap(linesOf)];
  const room = Math.max(1, rows - 1);
  const shown = withoutSpare(withoutEnded(withLogsThatFit(blocks, room), room), room);
  return [head, ...shown.flatMap(linesOf).slice(-room)];
}

export function formatTitle(steps: Steps, elapsedMs: number, isOver: boolean): string {
  const completed = steps.started.filter((step) => step.isCompleted).length;
  const end = isOver && completed > 0 && completed === steps.size ? ' FINISHED' : '';
  return `[+] Building ${formatSeconds(elapsedMs)} (${completed}/${steps.size})${end}`;
}

/** Takes away the output of the quietest steps, where that of all would displace steps that run. */
function withLogsThatFit(blocks: readonly Block[], room: number): Block[] {
  let free = blocks.reduce((left, block) => left - neededLines(block), room);
  const loudest = blocks.toSorted((a, b) => b.step.log.sizeBytes - a.step.log.sizeBytes);
  const fitting = new Set<Block>();
  for (const block of loudest) {
    if (block.log.length > free) continue;
    free -= block.log.length;
    fitting.add(block);
  }
  return blocks.map((block) => (fitting.has(block) ? block : { ...block, log: [] }));
}

function neededLines(block: Block): number {
  return isEnded(block) ? 0 : 1 + block.lines.filter(({ isSpare }) => !isSpare).length;
}

function withoutEnded(blocks: readonly Block[], room: number): Block[] {
  let excess = excessOf(blocks, room);
  return blocks.filter((block) => {
    if (excess <= 0 || !isEnded(block)) return true;
    excess -= linesOf(block).length;
    return false;
  });
}

function withoutSpare(blocks: readonly Block[], room: number): Block[] {
  let excess = excessOf(blocks, room);
  return blocks.map((block) => ({
    ...block,
    lines: block.lines.filter(({ isSpare }) => !isSpare || excess-- <= 0),
  }));
}

function excessOf(blocks: readonly Block[], room: number): number {
  return blocks.flatMap(linesOf).length - room;
}

/** A step that failed is to stay. */
function isEnded({ step }: Block): boolean {
  return step.isCompleted && step.error === '';
}

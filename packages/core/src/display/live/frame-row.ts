import { formatBytes, formatSeconds } from '../model/format.js';
import { formatAmount } from '../model/status-line.js';
import type { StepStatus } from '../model/step.js';
import { timeOf } from '../model/timestamp.js';
import { cut, oneLine, padEnd, widthOf } from './text-width.js';

const indent = ' => ';
/** With its brackets; a smaller one would say nothing. */
const barColumns = { least: 10, most: 40 };
/** Below this much of a name its line says nothing. */
const leastNameColumns = 12;

/** A step with its time. */
export function stepRow(name: string, elapsedMs: number, columns: number): string {
  return row(oneLine(name), '', elapsedMs, columns);
}

/** A transfer with how far it is, its time, and a bar while it runs; `now` by the builder's clock. */
export function transferRow(status: StepStatus, now: number, columns: number): string {
  const start = status.started ? timeOf(status.started) : now;
  const end = status.completed ? timeOf(status.completed) : now;
  const name = `=> ${oneLine(status.id)}`;
  const bar = status.completed ? '' : barFor(status, columns - widthOf(indent + name));
  return row(name, `${bar}${formatAmount(status)}`, end - start, columns);
}

/** The name is cut where needed, so that the rest stays. */
function row(name: string, amount: string, elapsedMs: number, columns: number): string {
  const time = timeAt(elapsedMs);
  const left = Math.max(0, columns - time.length);
  const nameColumns = left - indent.length - amount.length;
  const shown = nameColumns < Math.min(leastNameColumns, widthOf(name)) ? '' : amount;
  const text = cut(name, left - indent.length - shown.length);
  return padEnd(cut(`${indent}${text}${shown}`, left), left) + time;
}

function timeAt(elapsedMs: number): string {
  return `  ${formatSeconds(elapsedMs < 50 ? 0 : elapsedMs)}`;
}

/** ` [====>    ]` with as much room behind it as amount and time may ever take; nothing where there is none. */
function barFor({ current, total }: StepStatus, freeColumns: number): string {
  const behind = ` 999.99kB / ${formatBytes(total)} 999.9s `;
  const columns = Math.min(barColumns.most, freeColumns - behind.length - 1);
  if (total === 0 || columns < barColumns.least) return '';
  const inner = columns - 2;
  const done = Math.floor((current / total) * inner);
  return ` [${`${'='.repeat(done)}>`.slice(0, inner).padEnd(inner)}]`;
}

import { formatBytes, formatSeconds } from './format.js';
import type { StepStatus } from './step.js';
import { timeOf } from './timestamp.js';

/** How far a transfer is: ` 1.08MB / 2.20MB`, ` 1.08MB`, or nothing. */
export function formatAmount({ current, total }: StepStatus): string {
  if (total !== 0) return ` ${formatBytes(current)} / ${formatBytes(total)}`;
  return current === 0 ? '' : ` ${formatBytes(current)}`;
}

/** A line such as `transferring context: 1.98MB 0.1s done`. */
export function formatStatus(status: StepStatus): string {
  const end = status.completed ?? status.timestamp;
  const elapsedMs = status.started && end ? timeOf(end) - timeOf(status.started) : 0;
  const time = elapsedMs > 10 ? ` ${formatSeconds(elapsedMs)}` : '';
  return `${status.id}${formatAmount(status)}${time}${status.completed ? ' done' : ''}`;
}

import type { Step } from './step.js';
import { formatLogLine } from './step-log.js';

const rule = '-'.repeat(6);

/** What failed steps printed last, below their names; empty when none failed. */
export function formatFailedLogs(steps: readonly Step[]): string {
  return steps
    .filter((step) => step.error !== '' && !step.isCancelled)
    .map((step) => formatLogTail(step.name, step.log.lines.map(formatLogLine)))
    .join('');
}

export function formatLogTail(name: string, lines: readonly string[]): string {
  return [rule, ` > ${name}:`, ...lines, rule, ''].join('\n');
}

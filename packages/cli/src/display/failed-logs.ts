import type { Step } from './step.js';

const rule = '-'.repeat(6);

/** What failed steps printed last, below their names; empty when none failed. */
export function formatFailedLogs(steps: readonly Step[]): string {
  return steps
    .filter((step) => step.error !== '' && !step.isCancelled)
    .map((step) => formatLogTail(step.name, step.log.lines))
    .join('');
}

export function formatLogTail(name: string, lines: readonly string[]): string {
  return [rule, ` > ${name}:`, ...lines, rule, ''].join('\n');
}

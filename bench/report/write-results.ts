import { writeFileSync } from 'node:fs';
import { resultFiles } from './files.js';
import { renderReport } from './render-report.js';
import { isReached, type Row } from './row.js';
import type { GoldenResults, Results } from './run-results.js';

/** Keeps the results of `pnpm bench` and renders the report anew. */
export function writeResults(results: Results): void {
  const builders = results.builders.map(({ builder, rows }) => ({ builder, rows: judged(rows) }));
  write(resultFiles.builds, { ...results, builders });
  renderReport();
}

/** Keeps the results of `pnpm bench:golden` and renders the report anew. */
export function writeGoldenResults(results: GoldenResults): void {
  write(resultFiles.golden, { ...results, rows: judged(results.rows) });
  renderReport();
}

function judged(rows: readonly Row[]) {
  return rows.map((row) => ({ ...row, reached: isReached(row) }));
}

function write(path: string, results: object): void {
  writeFileSync(path, `${JSON.stringify(results, rounded, 2)}\n`);
}

/** Microseconds are noise. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' && value > 10 ? Math.round(value * 10) / 10 : value;
}

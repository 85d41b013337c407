import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeHeadlines } from './headlines.js';
import { isReached } from './row.js';
import type { Results } from './run-results.js';
import { formatResults, writeBetweenMarkers } from './table.js';

const latest = fileURLToPath(new URL('../results/latest.json', import.meta.url));
const measurements = fileURLToPath(new URL('../../docs/measurements.md', import.meta.url));

/** Writes `results/latest.json`, the tables of docs/measurements.md, and the README's. */
export function writeResults(results: Results): void {
  const builders = results.builders.map(({ builder, rows }) => ({
    builder,
    rows: rows.map((row) => ({ ...row, reached: isReached(row) })),
  }));
  mkdirSync(dirname(latest), { recursive: true });
  writeFileSync(latest, `${JSON.stringify({ ...results, builders }, rounded, 2)}\n`);
  writeBetweenMarkers(measurements, 'bench', formatResults(results));
  writeHeadlines();
}

/** Microseconds are noise. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' && value > 10 ? Math.round(value * 10) / 10 : value;
}

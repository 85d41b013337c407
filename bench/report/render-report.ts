import { writeFileSync } from 'node:fs';
import { documents, readResults, resultFiles, writeBetweenMarkers } from './files.js';
import { formatHeadlines } from './headlines.js';
import { drawPlot } from './plot.js';
import type { GoldenResults, Results } from './run-results.js';
import { formatGoldenResults, formatResults } from './table.js';

/** Writes every table and the plot from the results that are checked in. */
export function renderReport(): void {
  const builds = readResults<Results>(resultFiles.builds);
  const golden = readResults<GoldenResults>(resultFiles.golden);
  const rows = [...builds.builders.flatMap((builder) => builder.rows), ...golden.rows];
  writeBetweenMarkers(documents.measurements, 'bench', formatResults(builds));
  writeBetweenMarkers(documents.measurements, 'bench-golden', formatGoldenResults(golden));
  writeBetweenMarkers(documents.readme, 'bench', formatHeadlines(rows));
  writeFileSync(documents.plot, drawPlot(rows));
}

import { readFileSync, writeFileSync } from 'node:fs';
import { betweenMarkers, documents, readResults, resultFiles } from './files.js';
import { formatHeadlines } from './headlines.js';
import { drawPlot } from './plot.js';
import type { GoldenResults, Results } from './run-results.js';
import { formatGoldenResults, formatResults } from './table.js';

/** Writes every table and the plot from the results that are checked in. */
export function renderReport(): void {
  for (const [path, content] of renderedDocuments()) writeFileSync(path, content);
}

/** The documents by path, as they show the results that are checked in. */
export function renderedDocuments(): Map<string, string> {
  const builds = readResults<Results>(resultFiles.builds);
  const golden = readResults<GoldenResults>(resultFiles.golden);
  const rows = [...builds.builders.flatMap((builder) => builder.rows), ...golden.rows];
  const { readme, measurements, plot } = documents;
  const text = (path: string) => readFileSync(path, 'utf8');
  const withBuilds = betweenMarkers(text(measurements), 'bench', formatResults(builds));
  return new Map([
    [readme, betweenMarkers(text(readme), 'bench', formatHeadlines(rows))],
    [measurements, betweenMarkers(withBuilds, 'bench-golden', formatGoldenResults(golden))],
    [plot, drawPlot(rows)],
  ]);
}

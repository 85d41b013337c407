import { targetMs } from '../targets/target.js';
import { isReached, type Row } from './row.js';

/** One line of the plot: a case in one place; times in milliseconds. */
export interface PlotLine {
  label: string;
  oursMs: number;
  theirsMs: number;
  targetMs: number;
  /** The fastest program that does only the part nobody can do without. */
  floorMs?: number;
  isReached: boolean;
}

/** Rows against other programs; others compare warmdock with itself. */
const programs = /^(docker|cp)\b/;

/** BuildKit's own client builds and loads nothing; `docker load` is the daemon's part of a load. */
const floors = /\bbuildctl\b|^docker load\b/;

/** A line for each row with a target in time; of several with one case and place, the first. */
export function plotLines(rows: readonly Row[]): PlotLine[] {
  const lines = new Map<string, PlotLine>();
  for (const row of rows) {
    const label = labelOf(row);
    if (row.target === undefined || row.target.type === 'memory') continue;
    if (lines.has(label) || !programs.test(row.against)) continue;
    const floorMs = floorOf(rows, label);
    lines.set(label, {
      label,
      oursMs: row.ours.median,
      theirsMs: row.theirs.median,
      targetMs: targetMs(row.target, row.theirs.median),
      ...(floorMs !== undefined && { floorMs }),
      isReached: isReached(row) === true,
    });
  }
  return [...lines.values()];
}

function labelOf(row: Row): string {
  return `${row.case}, ${row.store}`.replaceAll('`', '');
}

function floorOf(rows: readonly Row[], label: string): number | undefined {
  const times = rows
    .filter((row) => row.target === undefined && floors.test(row.against))
    .filter((row) => labelOf(row) === label)
    .map(({ theirs }) => theirs.median);
  return times.length > 0 ? Math.min(...times) : undefined;
}

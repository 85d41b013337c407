import type { Summary } from '../measure/alternate.js';
import { formatMs } from '../report/format.js';
import type { Case } from './cases.js';

/** A case with what both clients took, in the order of `clients`. */
export interface GrpcRow extends Pick<Case, 'title' | 'shown'> {
  readonly wallMs: readonly Summary[];
  readonly cpuMs: readonly Summary[];
  readonly peakBytes: readonly Summary[];
}

/** Of each quantity the built-in client's and that of grpc-js, side by side. */
export function formatGrpcRows(rows: readonly GrpcRow[]): string {
  const quantities = ['time or throughput', 'CPU', 'memory'];
  const head = ['case', ...quantities.flatMap((name) => [`${name}, built-in`, 'grpc-js'])];
  const rules = ['---', ...quantities.flatMap(() => ['---:', '---:'])];
  return [head, rules, ...rows.map(cellsOf)].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function cellsOf({ title, shown, wallMs, cpuMs, peakBytes }: GrpcRow): string[] {
  return [
    title,
    ...wallMs.map(({ median }) => formatWall(median, shown)),
    ...cpuMs.map(({ median }) => formatMs(median)),
    ...peakBytes.map(({ median }) => `${Math.round(median / 1e6)} MB`),
  ];
}

function formatWall(wallMs: number, shown: Case['shown']): string {
  if (!shown) return formatMs(wallMs);
  if ('each' in shown) return `${((wallMs * 1000) / shown.each).toFixed(0)} µs each`;
  return `${(shown.bytes / 1e3 / wallMs).toFixed(0)} MB/s`;
}

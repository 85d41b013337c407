import type { Target } from '../targets/target.js';
import { formatBytes, formatFactor, formatMs, formatTenths } from './format.js';
import { isReached, type Row } from './row.js';
import type { BuilderResult, GoldenResults, Results } from './run-results.js';

/** The results as Markdown, one table for each builder. */
export function formatResults({ machine, builders }: Results): string {
  const { cores, kernel, node, docker, buildx } = machine;
  const extras = [
    machine.extraCaCerts && 'NODE_EXTRA_CA_CERTS set',
    machine.enteredRoot && 'docker and buildx with some 20 ms of entering their root',
  ].filter(Boolean);
  const facts = [`${cores} cores`, `kernel ${kernel}`, `Node ${node}`, `Docker ${docker}`];
  const all = [...facts, `buildx ${buildx}`, ...extras].join(', ');
  return [`Medians by \`pnpm bench\` on ${all}.`, ...builders.map(formatBuilder)].join('\n\n');
}

export function formatBuilder({ builder, rows }: BuilderResult): string {
  const others = rows.filter(({ target }) => target === undefined);
  const tables = [
    `Builder: ${builder}`,
    formatRows(rows.filter(({ target }) => target !== undefined)),
    ...(others.length > 0 ? ['For comparison, without a target:', formatRows(others)] : []),
  ];
  return tables.join('\n\n');
}

/** The results of the golden bench as Markdown. */
export function formatGoldenResults({ machine, rows }: GoldenResults): string {
  const { cores, kernel, node, docker } = machine;
  const facts = [`${cores} cores`, `kernel ${kernel}`, `Node ${node}`, `Docker ${docker}`];
  const head = `Medians by \`pnpm bench:golden\` on ${facts.join(', ')}; 4 images of 5 layers, 20,000 files.`;
  return `${head}\n\n${formatRows(rows, 'file system')}`;
}

/** `place` heads the column of what a row was measured in. */
export function formatRows(rows: readonly Row[], place = 'store'): string {
  const head = ['case', place, 'against', 'theirs', 'warmdock', 'result', 'target', ''];
  const rules = ['---', '---', '---', '---:', '---:', '---:', '---:', '---'];
  return [head, rules, ...rows.map(cellsOf)].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function cellsOf(row: Row): string[] {
  const { store, against, target, ours, theirs } = row;
  const format = formatOf(target);
  const verdict = { true: 'reached', false: '**missed**', undefined: '' }[`${isReached(row)}`];
  return [
    row.case,
    store,
    `\`${against}\``,
    format(theirs.median),
    format(ours.median),
    formatRatio(row),
    target ? formatTarget(target) : '',
    verdict,
  ];
}

function formatOf(target: Target | undefined): (median: number) => string {
  if (target?.type === 'memory') return formatBytes;
  return target?.type === 'added' ? formatTenths : formatMs;
}

function formatRatio({ target, ours, theirs }: Row): string {
  if (target?.type === 'memory') return '';
  if (target?.type === 'added') return `added ${formatTenths(ours.median - theirs.median)}`;
  if (target?.type === 'faster' || target?.type === 'time')
    return `${formatFactor(theirs.median / ours.median)}x faster`;
  return `ratio ${(ours.median / theirs.median).toFixed(2)}`;
}

function formatTarget(target: Target): string {
  if (target.type === 'faster') return `${target.times}x`;
  if (target.type === 'ratio') return `<= ${target.atMost}`;
  if (target.type === 'added') return `added <= ${target.atMostMs} ms`;
  if (target.type === 'budget') return `<= ${target.ratio} + ${formatMs(target.addedMs)}`;
  if (target.type === 'time') return `<= ${formatMs(target.atMostMs)}`;
  return `< ${formatBytes(target.belowBytes)}`;
}

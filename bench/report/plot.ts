import { formatFactor, formatMs } from './format.js';
import { type PlotLine, plotLines } from './plot-lines.js';
import type { Row } from './row.js';

const width = 960;
const left = 430;
const right = 60;
const top = 62;
const lineHeight = 20;

/** Steps of the scale, in milliseconds. */
const steps = [1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 300_000];

const style = `
svg { --back: #ffffff; --text: #1f2328; --grid: #d8dee4; --ours: #0969da; --theirs: #6e7781; --target: #bc4c00; --floor: #8250df; }
@media (prefers-color-scheme: dark) {
  svg { --back: #0d1117; --text: #e6edf3; --grid: #30363d; --ours: #58a6ff; --theirs: #9198a1; --target: #f0883e; --floor: #bc8cff; }
}
text { font: 11px system-ui, sans-serif; fill: var(--text); }
.back { fill: var(--back); }
.grid, .span { stroke: var(--grid); }
.ours { fill: var(--ours); stroke: var(--ours); stroke-width: 2; }
.missed { fill: var(--back); }
.theirs { fill: var(--theirs); }
.target { stroke: var(--target); stroke-width: 2; }
.floor { fill: none; stroke: var(--floor); stroke-width: 1.5; }
`;

/** The rows' times on a logarithmic scale, as an SVG that suits light and dark pages. */
export function drawPlot(rows: readonly Row[]): string {
  const lines = plotLines(rows);
  const scale = scaleOf(lines);
  const height = top + lines.length * lineHeight + 10;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    '<title>Times of warmdock beside those of docker, with targets and floors</title>',
    `<style>${style}</style>`,
    `<rect class="back" width="${width}" height="${height}"/>`,
    ...legend(),
    ...scale.ticks.map((ms) => drawTick(ms, scale.x(ms), height)),
    ...lines.map((line, at) => drawLine(line, top + (at + 0.5) * lineHeight, scale.x)),
    '</svg>',
    '',
  ].join('\n');
}

function scaleOf(lines: readonly PlotLine[]) {
  const times = lines.flatMap((line) => [
    line.oursMs,
    line.theirsMs,
    line.targetMs,
    line.floorMs ?? line.oursMs,
  ]);
  const [least, most] = [Math.min(...times), Math.max(...times)];
  const first = steps.findLastIndex((step) => step <= least);
  const last = steps.findIndex((step) => step >= most);
  const ticks = steps.slice(Math.max(first, 0), last === -1 ? undefined : last + 1);
  const [low, high] = [Math.log(ticks[0] ?? 1), Math.log(ticks.at(-1) ?? 10)];
  const unit = (width - left - right) / (high - low);
  return { ticks, x: (ms: number) => round(left + (Math.log(ms) - low) * unit) };
}

function legend(): string[] {
  const entries = [
    [dot('ours', 12, 18), 'warmdock, target reached'],
    [dot('ours missed', 202, 18), 'warmdock, target missed'],
    [dot('theirs', 392, 18), 'docker, compose or cp'],
    [bar(562, 18), 'target'],
    [diamond(642, 18), 'floor: what nobody can do without'],
  ] as const;
  const texts = [20, 210, 400, 570, 652];
  return entries.map(([mark, text], at) => `${mark}<text x="${texts[at]}" y="22">${text}</text>`);
}

function drawTick(ms: number, x: number, height: number): string {
  const line = `<line class="grid" x1="${x}" x2="${x}" y1="${top - 6}" y2="${height - 10}"/>`;
  return `${line}<text x="${x}" y="${top - 12}" text-anchor="middle">${tickText(ms)}</text>`;
}

function tickText(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${ms / 1000} s`;
}

function drawLine(line: PlotLine, y: number, x: (ms: number) => number): string {
  const { label, oursMs, theirsMs, floorMs } = line;
  const [ours, theirs] = [x(oursMs), x(theirsMs)];
  return [
    `<g><title>${tooltip(line)}</title>`,
    `<text x="${left - 12}" y="${y + 4}" text-anchor="end">${escapeText(label)}</text>`,
    `<line class="span" x1="${ours}" x2="${theirs}" y1="${y}" y2="${y}"/>`,
    bar(x(line.targetMs), y),
    floorMs === undefined ? '' : diamond(x(floorMs), y),
    dot('theirs', theirs, y),
    dot(line.isReached ? 'ours' : 'ours missed', ours, y),
    `<text x="${width - right + 14}" y="${y + 4}">${formatFactor(theirsMs / oursMs)}x</text></g>`,
  ].join('');
}

function tooltip({ oursMs, theirsMs, targetMs, floorMs }: PlotLine): string {
  const floor = floorMs === undefined ? '' : `, floor ${formatMs(floorMs)}`;
  const times = `warmdock ${formatMs(oursMs)}, theirs ${formatMs(theirsMs)}`;
  return `${times}, target ${formatMs(targetMs)}${floor}`;
}

const dot = (kind: string, x: number, y: number) =>
  `<circle class="${kind}" cx="${x}" cy="${y}" r="4"/>`;
const bar = (x: number, y: number) => `<path class="target" d="M${x} ${y - 7}v14"/>`;
const diamond = (x: number, y: number) => `<path class="floor" d="M${x} ${y - 5}l5 5-5 5-5-5z"/>`;

const round = (x: number) => Math.round(x * 10) / 10;

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

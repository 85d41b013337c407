import { describe, expect, test } from 'vitest';
import { summarise } from '../measure/alternate.js';
import { drawPlot } from './plot.js';
import { plotLines } from './plot-lines.js';
import type { Row } from './row.js';

function row(oursMs: number, theirsMs: number, more: Partial<Row> = {}): Row {
  const [ours, theirs] = [summarise([oursMs]), summarise([theirsMs])];
  return { case: 'build', store: 'classic', against: 'docker', ours, theirs, ...more };
}

const target = { type: 'faster', times: 10 } as const;

describe('plotLines', () => {
  test('has one line for each case and store, with target and floor', () => {
    const rows = [
      row(100, 2000, { target }),
      row(100, 500, { target: { type: 'faster', times: 2 }, against: 'docker pull' }),
      row(100, 60, { against: 'buildctl' }),
      row(100, 40, { against: 'docker-buildx build' }),
      row(100, 900, { store: 'containerd', target }),
    ];
    expect(plotLines(rows)).toEqual([
      {
        ...{ label: 'build, classic', oursMs: 100, theirsMs: 2000 },
        ...{ targetMs: 200, floorMs: 60, isReached: true },
      },
      {
        ...{ label: 'build, containerd', oursMs: 100, theirsMs: 900 },
        ...{ targetMs: 90, isReached: false },
      },
    ]);
  });

  test('leaves out sizes, rows without a target, and comparisons with itself', () => {
    const size = row(5e6, 6e6, { target: { type: 'memory', belowBytes: 7e6 } });
    const self = row(1, 2, { target, against: 'clone of 100 MB' });
    expect(plotLines([size, self, row(1, 2)])).toEqual([]);
  });
});

describe('drawPlot', () => {
  const svg = drawPlot([
    row(100, 1000, { target, case: 'a < `b`' }),
    row(100, 900, { target, store: 'containerd' }),
    row(100, 300, { store: 'containerd', against: 'buildctl build' }),
  ]);

  test('is well-formed and shows what it is given', () => {
    const tags = [...svg.matchAll(/<(\/?)(\w+)[^>]*?(\/?)>/g)];
    const depth = tags.reduce((sum, [, end, , empty]) => sum + (empty ? 0 : end ? -1 : 1), 0);
    expect(depth).toBe(0);
    expect(svg).toContain('>a &lt; b, classic</text>');
    expect(svg).toContain('prefers-color-scheme: dark');
  });

  test('puts equal ratios at equal distances', () => {
    const ticks = [...svg.matchAll(/class="grid" x1="([\d.]+)"/g)].map(([, x]) => Number(x));
    const [at30, at100, at300, at1000] = ticks;
    expect(ticks).toHaveLength(4);
    expect((at300 ?? 0) - (at30 ?? 0)).toBeCloseTo((at1000 ?? 0) - (at100 ?? 0), -1);
  });

  test('marks a missed target, and a floor where there is one', () => {
    const lines = svg.split('\n').filter((line) => line.startsWith('<g>'));
    expect(lines.map((line) => line.includes('"ours missed"'))).toEqual([false, true]);
    expect(lines.map((line) => line.includes('"floor"'))).toEqual([false, true]);
    expect(lines[1]).toContain('warmdock 100 ms, theirs 900 ms, target 90 ms, floor 300 ms');
  });
});

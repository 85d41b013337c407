import { expect, test } from 'vitest';
import { loadResult } from '../testing/outcome.js';
import { formatLastLine } from './last-line.js';

test.each([
  [{ outcome: 'unchanged', layersSent: 0, bytesSent: 0 }, 'unchanged, nothing loaded (112 ms)'],
  [{ outcome: 'retag', layersSent: 0, bytesSent: 0 }, 'retagged, nothing loaded (112 ms)'],
  [{ outcome: 'in-place', layersSent: 0, bytesSent: 0 }, 'built in place, nothing loaded (112 ms)'],
  [{ outcome: 'thin' }, '1 of 42 layers loaded, 17 kB (112 ms)'],
  [{ outcome: 'thin', layersSent: 0, bytesSent: 1_500 }, '0 of 42 layers loaded, 1.5 kB (112 ms)'],
  [{ outcome: 'thin', layersSent: 42 }, 'all 42 layers loaded, 17 kB (112 ms)'],
  [
    { outcome: 'full', layersSent: 42, bytesSent: 2_100_000_000 },
    'all 42 layers loaded, 2.1 GB (112 ms)',
  ],
  [{ outcome: 'full', layersSent: 1, layersTotal: 1 }, '1 of 1 layer loaded, 17 kB (112 ms)'],
  [
    { outcome: 'full', layersSent: 0, layersTotal: 0, bytesSent: 700 },
    '0 of 0 layers loaded, 700 B (112 ms)',
  ],
] as const)('%j: %s', (load, line) => {
  expect(formatLastLine(loadResult(load), 112.4)).toBe(line);
});

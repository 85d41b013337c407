import { expect, test } from 'vitest';
import { formatBytes, formatDuration, formatLogTime, formatSeconds, formatSize } from './format.js';

test.each([
  [0, '0B'],
  [999, '999B'],
  [1_000, '1.00kB'],
  [17_313, '17.31kB'],
  [2_160_029, '2.16MB'],
  [2_100_000_000, '2.10GB'],
])('in steps %d bytes are %s', (sizeBytes, text) => {
  expect(formatBytes(sizeBytes)).toBe(text);
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.0 kB'],
  [9_949, '9.9 kB'],
  [9_960, '10 kB'],
  [17_313, '17 kB'],
  [2_100_000_000, '2.1 GB'],
  [999_600, '1000 kB'],
])('in prose %d bytes are %s', (sizeBytes, text) => {
  expect(formatSize(sizeBytes)).toBe(text);
});

test.each([
  [0.4, '0 ms'],
  [112.3, '112 ms'],
  [999.4, '999 ms'],
  [999.6, '1.0 s'],
  [2_345, '2.3 s'],
  [59_949, '59.9 s'],
  [59_990, '1 min 0 s'],
  [65_000, '1 min 5 s'],
])('%d ms are %s', (durationMs, text) => {
  expect(formatDuration(durationMs)).toBe(text);
});

test.each([
  [0, '0.0s'],
  [340, '0.3s'],
  [65_000, '65.0s'],
])('a step of %d ms took %s', (durationMs, text) => {
  expect(formatSeconds(durationMs)).toBe(text);
});

test.each([
  [67, '0.067'],
  [12_345, '12.35'],
  [123_456, '123.5'],
])('a line printed after %d ms is marked %s', (sinceStartMs, text) => {
  expect(formatLogTime(sinceStartMs)).toBe(text);
});

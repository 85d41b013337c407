import { expect, test } from 'vitest';
import { parseDuration } from './parse-duration.js';

test.each([
  ['500ms', 500],
  ['90s', 90_000],
  ['30m', 1_800_000],
  ['1.5h', 5_400_000],
  ['1h30m5s', 5_405_000],
])('%s are %d ms', (text, expected) => {
  expect(parseDuration(text)).toBe(expected);
});

test.each(['', '30', 'm', '-5m', '5 m', '5d', '0s', '1.m', '5m!'])('%j is no duration', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

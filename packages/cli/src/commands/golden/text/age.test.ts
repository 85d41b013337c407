import { expect, test } from 'vitest';
import { formatAge } from './age.js';

const nowMs = Date.parse('2026-02-01T00:00:00Z');

test.each([
  [-5, 'just now'],
  [0.9, 'just now'],
  [1, '1 s ago'],
  [59.9, '59 s ago'],
  [60, '1 min ago'],
  [3 * 60 + 59, '3 min ago'],
  [3_600, '1 h ago'],
  [86_399, '23 h ago'],
  [86_400, '1 day ago'],
  [200 * 86_400, '200 days ago'],
])('%d s before now is %s', (ageSeconds, expected) => {
  expect(formatAge(new Date(nowMs - ageSeconds * 1_000).toISOString(), nowMs)).toBe(expected);
});

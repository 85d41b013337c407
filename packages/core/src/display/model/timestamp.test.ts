import { expect, test } from 'vitest';
import { formatTimestamp, timeOf, timestampOf } from './timestamp.js';

test.each([
  [{ seconds: 1_795_250_626, nanos: 500_275_595 }, '2026-11-21T08:43:46.500275595Z'],
  [{ seconds: 1_795_250_626, nanos: 52_000_000 }, '2026-11-21T08:43:46.052Z'],
  [{ seconds: 1_795_250_626, nanos: 1 }, '2026-11-21T08:43:46.000000001Z'],
  [{ seconds: 1_795_250_626, nanos: 0 }, '2026-11-21T08:43:46Z'],
  [undefined, '1970-01-01T00:00:00Z'],
])('%j is written %s, as Go writes RFC 3339 with nanoseconds', (timestamp, text) => {
  expect(formatTimestamp(timestamp)).toBe(text);
});

test('milliseconds survive both ways', () => {
  expect(timeOf(timestampOf(1_795_250_626_123))).toBe(1_795_250_626_123);
});

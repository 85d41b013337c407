import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { followLauncher } from './follow-launcher.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('the process is interrupted once when its launcher is gone', () => {
  const sent: unknown[] = [];
  const kill = (...args: unknown[]): true => {
    sent.push(args);
    return true;
  };
  const own = { pid: 7, ppid: 5, kill };
  followLauncher(own);
  vi.advanceTimersByTime(2_000);
  expect(sent).toEqual([]);
  own.ppid = 1;
  vi.advanceTimersByTime(2_000);
  expect(sent).toEqual([[7, 'SIGTERM']]);
});

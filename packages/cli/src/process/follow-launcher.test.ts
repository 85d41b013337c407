import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { followLauncher } from './follow-launcher.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('the process is interrupted once when its launcher is gone', () => {
  const onGone = vi.fn();
  const own = { ppid: 5 };
  followLauncher(onGone, own);
  vi.advanceTimersByTime(2_000);
  expect(onGone).not.toHaveBeenCalled();
  own.ppid = 1;
  vi.advanceTimersByTime(2_000);
  expect(onGone).toHaveBeenCalledTimes(1);
});

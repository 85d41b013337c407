import { MemoryOutput } from '@warmdock/testkit';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openProgressLine } from './progress-line.js';

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

test('lines report the last step of each second, and nothing that is over by then', () => {
  const output = new MemoryOutput();
  const progress = openProgressLine(output, {});
  progress.step('one');
  progress.step('two');
  vi.advanceTimersByTime(1_000);
  vi.advanceTimersByTime(1_000);
  progress.step('three');
  vi.advanceTimersByTime(1_000);
  progress.step('four');
  progress.end();
  vi.advanceTimersByTime(1_000);
  expect(output.text).toBe('two\nthree\n');
});

test('a phase is always reported, once', () => {
  const output = new MemoryOutput();
  const progress = openProgressLine(output, {});
  progress.phase('building');
  vi.advanceTimersByTime(3_000);
  progress.end();
  expect(output.text).toBe('building\n');
});

test('a terminal has one line, with the time', () => {
  const output = new MemoryOutput({ isTerminal: true });
  const progress = openProgressLine(output, { TERM: 'xterm' });
  progress.step('sealing');
  vi.advanceTimersByTime(900);
  expect(output.text).toBe('');
  vi.advanceTimersByTime(200);
  expect(output.text).toContain('sealing 1.0s');
  expect(output.text).toContain('\x1b[');
  const before = output.text.length;
  progress.end();
  expect(output.text.slice(before)).toContain('\x1b[2K');
});

test('a terminal has the lines below, as they are when it is drawn', () => {
  const output = new MemoryOutput({ isTerminal: true });
  const progress = openProgressLine(output, { TERM: 'xterm' });
  let below = 'first';
  progress.step('pulling', (columns) => [`${below} of ${columns}`]);
  below = 'second';
  vi.advanceTimersByTime(1_100);
  progress.end();
  expect(output.text).toMatch(/pulling 1\.0s\nsecond of 80/);
});

test('a terminal that cannot move the cursor gets lines', () => {
  const output = new MemoryOutput({ isTerminal: true });
  const progress = openProgressLine(output, { TERM: 'dumb' });
  progress.phase('sealing');
  progress.end();
  expect(output.text).toBe('sealing\n');
});

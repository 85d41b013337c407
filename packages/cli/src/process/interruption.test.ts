import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { listenForInterruption } from './interruption.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function listen() {
  const source = new EventEmitter();
  const { signal, forced } = listenForInterruption({ source, timeoutMs: 10_000 });
  let isForced = false;
  void forced.then(() => {
    isForced = true;
  });
  const settled = async () => {
    await vi.advanceTimersByTimeAsync(0);
    return isForced;
  };
  return { source, signal, isForced: settled };
}

test.each(['SIGINT', 'SIGTERM'])('the first %s cancels', async (name) => {
  const { source, signal, isForced } = listen();
  expect(signal.aborted).toBe(false);
  source.emit(name, name);
  expect(signal.reason).toEqual(new Error(`got ${name}`));
  expect(await isForced()).toBe(false);
});

test('one that comes at the same time is its echo', async () => {
  const { source, isForced } = listen();
  source.emit('SIGINT', 'SIGINT');
  await vi.advanceTimersByTimeAsync(50);
  source.emit('SIGINT', 'SIGINT');
  expect(await isForced()).toBe(false);
});

test('the second ends at once', async () => {
  const { source, isForced } = listen();
  source.emit('SIGINT', 'SIGINT');
  await vi.advanceTimersByTimeAsync(150);
  source.emit('SIGTERM', 'SIGTERM');
  expect(await isForced()).toBe(true);
});

test('so does the time given to wind up', async () => {
  const { source, isForced } = listen();
  source.emit('SIGINT', 'SIGINT');
  await vi.advanceTimersByTimeAsync(9_999);
  expect(await isForced()).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(await isForced()).toBe(true);
});

test('what the process was started to ignore does nothing, and the others what they do', () => {
  const source = new EventEmitter();
  const { signal } = listenForInterruption({ source, ignored: ['SIGHUP', 'SIGINT'] });
  expect(source.listenerCount('SIGHUP')).toBe(1);
  source.emit('SIGHUP', 'SIGHUP');
  source.emit('SIGINT', 'SIGINT');
  expect(signal.aborted).toBe(false);
  source.emit('SIGTERM', 'SIGTERM');
  expect(signal.aborted).toBe(true);
});

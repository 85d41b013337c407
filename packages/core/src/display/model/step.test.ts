import { expect, test } from 'vitest';
import { Step } from './step.js';
import { timestampOf } from './timestamp.js';

function news(
  started: number | undefined,
  completed?: number,
  fields: { name?: string; error?: string } = {},
) {
  return {
    digest: 'd',
    inputs: [],
    name: 'step',
    cached: false,
    error: '',
    progressGroup: undefined,
    ...fields,
    started: started === undefined ? undefined : timestampOf(started),
    completed: completed === undefined ? undefined : timestampOf(completed),
  };
}

test('an announced step has not started', () => {
  const step = new Step();
  expect(step.update(news(undefined))).toBe(false);
  expect(step).toMatchObject({ name: 'step', isStarted: false, isCompleted: false });
});

test('what BuildKit repeats is no news', () => {
  const step = new Step();
  expect(step.update(news(1_000))).toBe(true);
  expect(step.update(news(1_000))).toBe(false);
  expect(step.update(news(1_000, 2_000))).toBe(true);
  expect(step.update(news(undefined, undefined, { name: 'announced late' }))).toBe(false);
  expect(step.name).toBe('step');
});

test('a step that runs again is not completed before that run is', () => {
  const step = new Step();
  step.update(news(1_000, 1_500));
  step.update(news(2_000));
  expect(step).toMatchObject({ isCompleted: false, startedAt: 2_000 });
  step.update(news(2_000, 2_250));
  expect(step).toMatchObject({ isCompleted: true, completedAt: 2_250 });
  expect(step.elapsedMs(9_999)).toBe(750);
});

test('runs that overlap count once, and one that still runs until now', () => {
  const step = new Step();
  step.update(news(1_000, 3_000));
  step.update(news(2_000, 2_500));
  step.update(news(2_800));
  expect(step.elapsedMs(4_000)).toBe(3_000);
});

test('only a step that runs can be cancelled', () => {
  const [announced, running, ended] = [new Step(), new Step(), new Step()];
  announced.update(news(undefined));
  running.update(news(500, 600));
  running.update(news(1_000));
  ended.update(news(1_000, 2_000));
  expect([announced, running, ended].map((step) => step.cancel(3_000))).toEqual([
    false,
    true,
    false,
  ]);
  expect(running).toMatchObject({ isCancelled: true, isCompleted: true, completedAt: 3_000 });
  expect(running.elapsedMs(9_999)).toBe(2_100);
  expect(ended).toMatchObject({ isCancelled: false, completedAt: 2_000 });
});

test('a cancelled step is told by the end of its error', () => {
  const step = new Step();
  step.update(news(0, 1, { error: 'failed: context canceled' }));
  expect(step.isCancelled).toBe(true);
});

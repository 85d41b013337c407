import type { Digest, LoadPlan, SolveStatus } from '@warmdock/core';
import { expect, test } from 'vitest';
import { LoadStep } from './load-step.js';
import { Steps } from './steps.js';

const imageId = `sha256:${'a'.repeat(64)}` as Digest;
const layer = {
  mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
  digest: imageId,
  size: 500,
};
const planned = { reason: 'one layer is missing', imageId, layersTotal: 42 };
const thin: LoadPlan = { ...planned, outcome: 'thin', missing: [layer], sizeBytes: 500 };
const unchanged: LoadPlan = { ...planned, outcome: 'unchanged', reason: 'it is there' };

/** Follows a load and collects its news as the step that a display would show. */
function follow() {
  let now = 1_000;
  const loadStep = new LoadStep(() => now);
  const steps = new Steps();
  const news: SolveStatus[] = [];
  const take = (status: SolveStatus | undefined) => {
    if (!status) return;
    news.push(status);
    steps.apply(status);
  };
  return { loadStep, steps, news, take, wait: (durationMs: number) => (now += durationMs) };
}

test('an unchanged image is a step that was cached, with the reason as its output', () => {
  const { loadStep, steps, take } = follow();
  take(loadStep.update({ type: 'compare', plan: unchanged }));
  take(loadStep.finish('', true));
  expect(steps.started).toMatchObject([
    { name: 'load into the daemon', cached: true, isCompleted: true },
  ]);
  expect(steps.started[0]?.log.lines).toEqual(['0.000 it is there']);
});

test('a transfer shows how far it is', () => {
  const { loadStep, steps, take, wait } = follow();
  take(loadStep.update({ type: 'compare', plan: thin }));
  wait(100);
  take(loadStep.update({ type: 'load', sentBytes: 200, totalBytes: 500 }));
  expect([...(steps.started[0]?.statuses.values() ?? [])]).toMatchObject([
    { id: 'sending 1 of 42 layers, 500 B', current: 200, total: 500, completed: undefined },
  ]);
  wait(400);
  take(loadStep.finish('', false));
  const [step] = steps.started;
  expect(step).toMatchObject({ isCompleted: true, cached: false, error: '' });
  expect(step?.elapsedMs(0)).toBe(500);
  expect([...(step?.statuses.values() ?? [])]).toMatchObject([
    { completed: { seconds: 1, nanos: 500_000_000 } },
  ]);
});

test('news of every chunk are thinned out, and what is sent never exceeds the total', () => {
  const { loadStep, news, take, wait } = follow();
  take(loadStep.update({ type: 'compare', plan: thin }));
  for (let sentBytes = 10; sentBytes <= 900; sentBytes += 10) {
    wait(5);
    take(loadStep.update({ type: 'load', sentBytes, totalBytes: 500 }));
  }
  take(loadStep.finish('', false));
  expect(news.length).toBeLessThan(10);
  expect(news.at(-1)?.statuses).toMatchObject([{ current: 500, total: 500 }]);
});

test('a failed load is a failed step', () => {
  const { loadStep, steps, take } = follow();
  take(loadStep.update({ type: 'compare', plan: thin }));
  take(loadStep.finish('the daemon went away', false));
  expect(steps.started).toMatchObject([{ error: 'the daemon went away', isCompleted: true }]);
});

test('a build that never came to its load shows none', () => {
  const { loadStep } = follow();
  expect(loadStep.finish('', false)).toBeUndefined();
  expect(
    loadStep.update({ type: 'context', name: 'context', files: 1, sizeBytes: 1 }),
  ).toBeUndefined();
});

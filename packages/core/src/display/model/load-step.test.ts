import { expect, test } from 'vitest';
import type { SolveStatus } from '../../buildkit/solve-status.js';
import type { Digest } from '../../oci/digest.js';
import type { LoadPlan } from '../../pipeline/plan/load-plan.js';
import type { Progress } from '../../progress.js';
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

/** News of a load of this one layer. */
function sent(sentBytes: number, totalBytes: number): Progress {
  return { type: 'load', sentBytes, totalBytes, layer, layerBytes: sentBytes };
}

/** Follows a load and collects its news as the step that a display would show. */
function follow() {
  let now = 1_000;
  const loadStep = new LoadStep('', () => now);
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
  expect(steps.started[0]?.log.lines).toEqual([{ time: '0.000', text: 'it is there' }]);
});

test('a transfer shows how far it is', () => {
  const { loadStep, steps, take, wait } = follow();
  take(loadStep.update({ type: 'compare', plan: thin }));
  wait(100);
  take(loadStep.update(sent(200, 500)));
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

test('each of several layers shows how far it is', () => {
  const { loadStep, steps, take, wait } = follow();
  const ids = ['b', 'c'].map((letter) => letter.repeat(12));
  const layers = ids.map((id, index) => {
    const digest = `sha256:${id}${'0'.repeat(52)}` as Digest;
    return { ...layer, digest, size: 100 * (index + 1) };
  });
  const [low, top] = layers as [typeof layer, typeof layer];
  take(loadStep.update({ type: 'compare', plan: { ...thin, missing: layers, sizeBytes: 300 } }));
  const news = (of: typeof layer, layerBytes: number, sentBytes: number) => {
    wait(100);
    take(loadStep.update({ type: 'load', sentBytes, totalBytes: 300, layer: of, layerBytes }));
  };
  const lines = () =>
    [...(steps.started[0]?.statuses.values() ?? [])].map(
      ({ id, current, total, completed }) => `${id} ${current}/${total}${completed ? ' done' : ''}`,
    );
  news(low, 60, 60);
  expect(lines()).toEqual(['sending 2 of 42 layers, 300 B 60/300', `layer ${ids[0]} 60/100`]);
  news(low, 100, 100);
  news(top, 50, 150);
  expect(lines()).toEqual([
    'sending 2 of 42 layers, 300 B 150/300',
    `layer ${ids[0]} 100/100 done`,
    `layer ${ids[1]} 50/200`,
  ]);
  news(top, 200, 300);
  expect(lines().slice(2)).toEqual([`layer ${ids[1]} 200/200 done`, 'unpacking in the daemon 0/0']);
  take(loadStep.finish('', false));
  expect(lines().every((line) => line.endsWith(' done'))).toBe(true);
});

test('the last byte is news at once, since the daemon goes on for long', () => {
  const { loadStep, steps, take, wait } = follow();
  take(loadStep.update({ type: 'compare', plan: thin }));
  wait(100);
  take(loadStep.update(sent(490, 500)));
  take(loadStep.update(sent(500, 500)));
  expect(steps.started[0]?.statuses.get('unpacking in the daemon')).toMatchObject({
    completed: undefined,
  });
});

test('layers that are sent a second time begin anew', () => {
  const { loadStep, steps, take, wait } = follow();
  take(loadStep.update({ type: 'compare', plan: thin }));
  take(loadStep.update(sent(500, 500)));
  wait(100);
  take(loadStep.update(sent(10, 900)));
  expect([...(steps.started[0]?.statuses.values() ?? [])][0]).toMatchObject({
    current: 10,
    total: 900,
    completed: undefined,
  });
});

test('news of every chunk are thinned out, and what is sent never exceeds the total', () => {
  const { loadStep, news, take, wait } = follow();
  take(loadStep.update({ type: 'compare', plan: thin }));
  for (let sentBytes = 10; sentBytes <= 900; sentBytes += 10) {
    wait(5);
    take(loadStep.update(sent(sentBytes, 500)));
  }
  take(loadStep.finish('', false));
  expect(news.length).toBeLessThan(10);
  const amounts = news.flatMap(({ statuses }) => statuses.map(({ current }) => current));
  expect(Math.max(...amounts)).toBe(500);
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
    loadStep.update({
      type: 'context',
      name: 'context',
      files: 1,
      sizeBytes: 1,
      wantedBytes: 1,
    }),
  ).toBeUndefined();
});

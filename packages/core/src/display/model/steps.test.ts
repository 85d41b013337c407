import { expect, test } from 'vitest';
import type { Vertex } from '../../buildkit/solve-status.js';
import type { Step } from './step.js';
import { Steps } from './steps.js';
import { timestampOf } from './timestamp.js';

interface Times {
  readonly started?: number;
  readonly completed?: number;
}

/** One of the two steps of a `COPY --link`: the copy, which is weak, and the merge. */
function member(
  digest: 'copy' | 'merge',
  { started, completed, ...fields }: Times & Partial<Pick<Vertex, 'error' | 'cached'>>,
) {
  return {
    digest,
    inputs: [],
    name: digest,
    cached: false,
    error: '',
    progressGroup: { id: 'group', name: 'COPY --link . .', weak: digest === 'copy' },
    ...fields,
    started: started === undefined ? undefined : timestampOf(started),
    completed: completed === undefined ? undefined : timestampOf(completed),
  };
}

function follow() {
  const heard: Step[] = [];
  const steps = new Steps((step) => void heard.push(step));
  const apply = (...vertexes: ReturnType<typeof member>[]) =>
    steps.apply({ vertexes, statuses: [], logs: [], warnings: [] });
  return { steps, heard, apply };
}

test('a group is one step, over when all of it is', () => {
  const { steps, apply } = follow();
  apply(member('copy', { started: 0 }), member('merge', { started: 1_000 }));
  apply(member('copy', { started: 0, completed: 500 }));
  expect(steps.started).toMatchObject([{ name: 'COPY --link . .', isCompleted: false }]);
  apply(member('merge', { started: 1_000, completed: 1_500 }));
  expect(steps.size).toBe(1);
  expect(steps.started).toMatchObject([{ isCompleted: true, cached: false, error: '' }]);
  expect(steps.started[0]?.elapsedMs(9_999)).toBe(1_000);
});

test('a group is shown and counted when more than a weak one of it has started', () => {
  const { steps, heard, apply } = follow();
  apply(member('copy', {}), member('merge', {}));
  apply(member('copy', { started: 0, completed: 500 }));
  expect([steps.size, steps.started, heard]).toEqual([0, [], []]);
  apply(member('merge', { started: 1_000 }));
  expect([steps.size, steps.started.length, heard.length]).toEqual([1, 1, 1]);
});

test('a group shows a failure of its weak ones, too', () => {
  const { steps, apply } = follow();
  apply(member('copy', { started: 0, completed: 500, error: 'not found' }), member('merge', {}));
  expect(steps.started).toMatchObject([{ error: 'not found', isCompleted: true }]);
});

test('a group is cached when all of it is', () => {
  const { steps, apply } = follow();
  const times = { started: 0, completed: 0 };
  apply(member('copy', { ...times, cached: true }), member('merge', { ...times }));
  expect(steps.started).toMatchObject([{ cached: false }]);
  apply(member('merge', { ...times, cached: true }));
  expect(steps.started).toMatchObject([{ cached: true }]);
});

test('what the members report is about the group', () => {
  const { steps, apply } = follow();
  apply(member('copy', { started: 0 }), member('merge', { started: 0 }));
  const about = { vertex: 'copy', timestamp: timestampOf(10) };
  steps.apply({
    vertexes: [],
    statuses: [
      {
        ...about,
        id: 'copying',
        name: '',
        current: 1,
        total: 2,
        started: undefined,
        completed: undefined,
      },
    ],
    logs: [{ ...about, stream: 1, msg: Buffer.from('a\n') }],
    warnings: [],
  });
  const [group] = steps.started;
  expect(group?.statuses.has('copying')).toBe(true);
  expect(group?.log.lines).toEqual([{ time: '0.010', text: 'a' }]);
});

import { expect, test } from 'vitest';
import type { SolveStatus } from '../../buildkit/solve-status.js';
import { timestampOf } from './timestamp.js';
import { Unstarted } from './unstarted.js';

const at = timestampOf(1_000);
const status = (...vertexes: [name: string, isStarted: boolean][]): SolveStatus => ({
  vertexes: vertexes.map(([name, isStarted]) => ({
    digest: `sha256:${name}`,
    inputs: [],
    name,
    cached: false,
    started: isStarted ? at : undefined,
    completed: undefined,
    error: '',
    progressGroup: undefined,
  })),
  statuses: [],
  logs: [],
  warnings: [],
});

test('steps that a build did without are cached ones, when it is done', () => {
  const unstarted = new Unstarted();
  unstarted.note(status(['a', false], ['b', false]));
  unstarted.note(status(['b', true], ['c', true]));
  expect(unstarted.asCached(2_000)?.vertexes).toMatchObject([
    { name: 'a', cached: true, started: timestampOf(2_000), completed: timestampOf(2_000) },
  ]);
});

test('there is nothing to tell when all have begun', () => {
  const unstarted = new Unstarted();
  unstarted.note(status(['a', false]));
  unstarted.note(status(['a', true]));
  expect(unstarted.asCached()).toBeUndefined();
});

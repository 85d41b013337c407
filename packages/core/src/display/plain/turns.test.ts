import { expect, test } from 'vitest';
import { nextTurn } from './turns.js';

const at = (newsSince: number, news = 1) => ({ newsSince, news });

test('without a current step the busiest comes first', () => {
  const busy = at(0, 5);
  expect(nextTurn([at(0), busy], undefined, 1_000)).toBe(busy);
});

test('alone, a step keeps its turn', () => {
  const current = at(0);
  expect(nextTurn([current], current, 60_000)).toBeUndefined();
});

test('a step keeps its turn for a while although another is as busy', () => {
  const current = at(0, 10);
  expect(nextTurn([current, at(0, 10)], current, 4_000)).toBeUndefined();
});

test('when its time is over the busiest other step follows', () => {
  const current = at(0, 10);
  const busy = at(4_000, 10);
  expect(nextTurn([current, at(4_000, 5), busy], current, 12_000)).toBe(busy);
});

test('a step that waited too long comes at once', () => {
  const current = at(9_900, 1_000);
  const waiting = at(0, 1);
  expect(nextTurn([current, waiting], current, 10_001)).toBe(waiting);
});

import { expect, test } from 'vitest';
import { cancelled } from './errors.js';

test('a signal that was fired by its owner is CANCELLED, with the reason as the cause', () => {
  const error = cancelled('build', AbortSignal.abort('enough'));
  expect(error).toMatchObject({
    code: 'CANCELLED',
    message: 'build was cancelled',
    cause: 'enough',
  });
});

test.each([
  ['of its own', (limit: AbortSignal) => limit],
  ['among others', (limit: AbortSignal) => AbortSignal.any([new AbortController().signal, limit])],
])('a signal whose time is up is TIMEOUT, %s', async (_, madeOf) => {
  const signal = madeOf(AbortSignal.timeout(1));
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
  expect(cancelled('build', signal)).toMatchObject({
    code: 'TIMEOUT',
    message: 'build took longer than its caller allows',
  });
});

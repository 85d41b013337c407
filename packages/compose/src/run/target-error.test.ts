import { WarmdockError } from '@warmdock/core';
import { expect, it } from 'vitest';
import { TargetError } from './target-error.js';

it.each([
  [
    'a known failure, whose code and hint it keeps',
    new WarmdockError('BUILD_FAILED', 'exit code: 7', { hint: 'look there' }),
    { code: 'BUILD_FAILED', hint: 'look there', message: 'target web: exit code: 7' },
  ],
  [
    'one without a hint',
    new WarmdockError('UNAVAILABLE', 'gone'),
    { code: 'UNAVAILABLE', hint: undefined, message: 'target web: gone' },
  ],
  ['an unknown one', new Error('odd'), { code: 'INTERNAL', message: 'target web: odd' }],
  ['no error at all', 'text', { code: 'INTERNAL', message: 'target web: text' }],
])('names the target of %s', (_, cause, expected) => {
  const error = new TargetError('web', cause);
  expect(error).toMatchObject({ target: 'web', cause, ...expected });
});

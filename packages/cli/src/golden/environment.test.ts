import { expect, test } from 'vitest';
import { environmentOf } from './environment.js';

test.each([
  [['A=1', 'B='], { A: '1', B: '' }],
  [['A=x=y\nz'], { A: 'x=y\nz' }],
  [['HOME', 'UNSET'], { HOME: '/root' }],
  [['A=1', 'A=2'], { A: '2' }],
  [[], {}],
])('%j', (entries, expected) => {
  expect(environmentOf(entries, { HOME: '/root', OTHER: 'x' })).toEqual(expected);
});

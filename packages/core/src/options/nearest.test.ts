import { expect, test } from 'vitest';
import { nearest } from './nearest.js';

const known = ['build', 'buildArgs', 'noCache', 'clone', 'gc'];

test.each([
  ['build', 'build'],
  ['biuld', 'build'],
  ['buidl', 'build'],
  ['buil', 'build'],
  ['no-cache', 'noCache'],
  ['clome', 'clone'],
  ['cleans', undefined],
  ['something', undefined],
  ['', undefined],
])('%j may mean %j', (name, meant) => {
  expect(nearest(name, known)).toBe(meant);
});

import { expect, test } from 'vitest';
import { isOlder } from './parse-version.js';

test.each([
  ['20.10.24', false],
  ['20.9.1', true],
  ['19.03.1', true],
  ['28.5.2+dfsg4', false],
  ['v0.29.1', true],
  ['library-import', false],
  ['', false],
])('%j is older than 20.10: %s', (version, expected) => {
  expect(isOlder(version, 20, 10)).toBe(expected);
});

import { expect, test } from 'vitest';
import { isSupportedNode } from './node-version.js';

test.each([
  ['20.19.0', true],
  ['v22.1.0', true],
  ['20.18.3', false],
  ['18.20.8', false],
  ['v14.21.3', false],
  ['nonsense', false],
])('Node %s is supported: %s', (version, expected) => {
  expect(isSupportedNode(version)).toBe(expected);
});

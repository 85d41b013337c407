import { expect, test } from 'vitest';
import { fnv1a64 } from './fnv1a64.js';

test.each([
  ['', 0xcbf29ce484222325n],
  ['a', 0xaf63dc4c8601ec8cn],
  ['foobar', 0x85944171f73967e8n],
])('hashes %j as its authors do', (text, hash) => {
  expect(fnv1a64(Buffer.from(text))).toBe(hash);
});

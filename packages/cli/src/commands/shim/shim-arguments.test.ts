import { expect, test } from 'vitest';
import { parseShimArguments } from './shim-arguments.js';

const parsed = (line: string) => parseShimArguments(line.split(' ').filter(Boolean));

test.each([
  ['install', { action: 'install', dir: undefined, json: false }],
  ['install --dir /x', { action: 'install', dir: '/x', json: false }],
  ['--dir=/x uninstall', { action: 'uninstall', dir: '/x', json: false }],
  ['status --json', { action: 'status', dir: undefined, json: true }],
])('%j', (line, expected) => {
  expect(parsed(line)).toEqual(expected);
});

test.each([
  ['', 1],
  ['remove', 1],
  ['install status', 1],
  ['install --json', 125],
  ['install --force', 125],
  ['instal', 1],
])('%j is refused with %i', (line, exitCode) => {
  expect(() => parsed(line)).toThrow(expect.objectContaining({ name: 'UsageError', exitCode }));
});

test.each([
  ['--help', /^Usage: {2}warmdock shim COMMAND \[OPTIONS\]\n[\s\S]*^ {2}install /m],
  ['install --help', /^Usage: {2}warmdock shim install \[OPTIONS\]\n/],
])('%j is help', (line, text) => {
  expect(parsed(line)).toMatch(text);
});

test('what may have been meant is said', () => {
  expect(() => parsed('instal')).toThrow(
    /^ERROR: unknown command: warmdock shim "instal"\nDid you mean install\?\n/,
  );
});

import { BuildError, WarmdockError } from '@warmdock/core';
import { expect, test } from 'vitest';
import { formatFailure } from './failure.js';

const place = {
  filename: 'Dockerfile',
  firstLine: 1,
  lines: ['FROM x', 'RUN false'],
  markedLines: [2],
};

function status(
  code: number,
  message = 'process "false" did not complete successfully: exit code: 3',
) {
  return Object.assign(new Error(message), { status: code });
}

function buildError(cause: Error, hint?: string) {
  const error = new BuildError(
    `build failed: ${cause.message}`,
    { logTail: [], sources: [place], exitCode: 3 },
    cause,
  );
  return Object.assign(error, { hint });
}

test('a failed build shows the lines and says it in the words of buildx', () => {
  expect(formatFailure(buildError(status(2)), '1.0.0')).toEqual({
    text: [
      'Dockerfile:2',
      '--------------------',
      '   1 |     FROM x',
      '   2 | >>> RUN false',
      '--------------------',
      'ERROR: failed to build: failed to solve: process "false" did not complete successfully: exit code: 3',
      '',
    ].join('\n'),
    exitCode: 1,
  });
});

test.each([
  [13, 100],
  [8, 102],
  [5, 1],
])('gRPC status %d exits with %d, as buildx does', (code, exitCode) => {
  expect(formatFailure(buildError(status(code)), '1.0.0').exitCode).toBe(exitCode);
});

test('an error of ours is its message and what to do', () => {
  const error = new WarmdockError('UNAVAILABLE', 'cannot connect to builder tcp://h:1: refused', {
    hint: 'check the address',
  });
  expect(formatFailure(error, '1.0.0')).toEqual({
    text: 'ERROR: cannot connect to builder tcp://h:1: refused\nHINT: check the address\n',
    exitCode: 1,
  });
});

test('a cancelled build exits as after Ctrl-C', () => {
  expect(formatFailure(new WarmdockError('CANCELLED', 'build was cancelled'), '1.0.0')).toEqual({
    text: 'ERROR: build was cancelled\n',
    exitCode: 130,
  });
});

test.each([
  ['a foreign error', new TypeError('x is not a function')],
  ['an internal error', new WarmdockError('INTERNAL', 'x is not a function')],
])('%s is a bug, shown with its stack', (_, error) => {
  expect(formatFailure(error, '1.2.3')).toEqual({
    text: expect.stringMatching(
      /Error: x is not a function\n {4}at [\s\S]+\nERROR: this is a bug in warmdock 1\.2\.3\nHINT: /,
    ),
    exitCode: 1,
  });
});

test('even what is no error is explained', () => {
  expect(formatFailure('thrown text', '1.0.0').text).toMatch(/^thrown text\nERROR: this is a bug/);
});

import { TargetError } from '@warmdock/compose';
import { BuildError, WarmdockError } from '@warmdock/core';
import { describe, expect, test } from 'vitest';
import { formatTargetFailure } from './target-failure.js';

const setOf = (...names: string[]) => ({
  targets: names.map((name) => ({ name, needs: [], plan: {} as never })),
});
const two = setOf('a', 'b');

function solveError(message: string, status = 2): BuildError {
  const cause = Object.assign(new Error(message), { status });
  return new BuildError(`build failed: ${message}`, { logTail: [], sources: [] }, cause);
}

describe('the failure of a build', () => {
  test.each([
    ['', two, 'target b: failed to solve: no such thing\n'],
    ['ERROR: ', two, 'ERROR: target b: failed to solve: no such thing\n'],
    ['', setOf('b'), 'failed to solve: no such thing\n'],
    ['ERROR: ', setOf('b'), 'ERROR: failed to solve: no such thing\n'],
  ])('is reported behind %j, with the name where there are several', (mark, set, line) => {
    const error = new TargetError('b', solveError('no such thing'));
    const { text, exitCode } = formatTargetFailure(error, '1', { mark, set });
    expect(text).toContain(line);
    expect(text.match(/ERROR: /g) ?? []).toHaveLength(mark === '' ? 0 : 1);
    // Not that of buildx's build: bake and compose know one.
    expect(exitCode).toBe(1);
  });

  test('has one exit code, whatever the builder says', () => {
    const error = new TargetError('b', solveError('internal', 13));
    expect(formatTargetFailure(error, '1', { mark: '', set: two }).exitCode).toBe(1);
  });
});

test('other failures have their hints', () => {
  const cause = new WarmdockError('UNAVAILABLE', 'the builder is gone', { hint: 'start it' });
  const { text } = formatTargetFailure(new TargetError('b', cause), '1', { mark: '', set: two });
  expect(text).toBe('target b: the builder is gone\nHINT: start it\n');
  const outside = formatTargetFailure(cause, '1', { mark: 'ERROR: ', set: two });
  expect(outside.text).toBe('ERROR: the builder is gone\nHINT: start it\n');
});

test("an interruption is nobody's failure", () => {
  const cause = new WarmdockError('CANCELLED', 'the build was cancelled');
  const failure = formatTargetFailure(new TargetError('b', cause), '1', { mark: '', set: two });
  expect(failure).toEqual({ text: 'ERROR: the build was cancelled\n', exitCode: 130 });
});

test('a bug is one of warmdock, not of a target', () => {
  const failure = formatTargetFailure(new TargetError('b', new TypeError('oops')), '1', {
    mark: '',
    set: two,
  });
  expect(failure.text).toContain('this is a bug in warmdock 1');
});

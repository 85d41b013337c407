import { expect, test } from 'vitest';
import { chooseMode } from './choose-mode.js';

test.each([
  ['auto', false, {}, 'auto', false],
  ['', false, {}, 'auto', false],
  ['plain', false, {}, 'plain', false],
  ['tty', false, {}, 'tty', false],
  ['rawjson', false, {}, 'rawjson', false],
  ['none', false, {}, 'none', false],
  ['quiet', false, {}, 'none', true],
  ['auto', true, {}, 'none', true],
  ['quiet', true, {}, 'none', true],
  ['auto', false, { BUILDKIT_PROGRESS: 'plain' }, 'plain', false],
  ['auto', false, { BUILDKIT_PROGRESS: 'quiet' }, 'none', false],
  ['rawjson', false, { BUILDKIT_PROGRESS: 'plain' }, 'rawjson', false],
  ['auto', true, { BUILDKIT_PROGRESS: 'plain' }, 'none', true],
])('--progress=%s, quiet %s, %j: %s, image ID %s', (progress, quiet, env, mode, printsImageId) => {
  expect(chooseMode(progress, quiet, env)).toEqual({ mode, printsImageId });
});

test.each([
  ['plain', true, {}, 'progress=plain and quiet cannot be used together'],
  ['fancy', false, {}, 'invalid progress mode fancy'],
  ['auto', false, { BUILDKIT_PROGRESS: 'fancy' }, 'invalid progress mode fancy'],
])('--progress=%s, quiet %s, %j is refused', (progress, quiet, env, message) => {
  expect(() => chooseMode(progress, quiet, env)).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT', message }),
  );
});

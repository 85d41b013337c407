import { describe, expect, test } from 'vitest';
import { checkOptions } from './check-options.js';
import * as checks from './checks.js';

const options = {
  context: checks.text,
  tags: checks.listOf(checks.text),
  noCache: checks.either(checks.flag, checks.listOf(checks.text)),
  buildArgs: checks.mapOf(checks.text),
  network: checks.choice('none', 'host'),
  mounts: checks.listOf(checks.object('a mount', { from: checks.text }, ['from'])),
  outputs: checks.listOf(
    checks.variants('an output', {
      load: checks.object('an output', { type: checks.text }),
      tar: checks.object('an output', { type: checks.text, dest: checks.text }, ['dest']),
    }),
  ),
  signal: checks.signal,
  onProgress: checks.callback,
};

const check = (given: unknown) => checkOptions('build', given, options, ['context']);

test.each<[rule: string, given: object]>([
  ['all of them', { context: '.', tags: ['a'], noCache: true, buildArgs: { A: 'b' } }],
  ['undefined ones', { context: '.', tags: undefined, unknown: undefined }],
  ['empty ones', { context: '', tags: [], buildArgs: {}, outputs: [] }],
  ['either kind', { context: '.', noCache: ['stage'] }],
  ['undefined values of a map', { context: '.', buildArgs: { A: undefined } }],
  ['variants', { context: '.', outputs: [{ type: 'load' }, { type: 'tar', dest: '-' }] }],
  ['a signal and a function', { context: '.', signal: AbortSignal.abort(), onProgress() {} }],
])('%s pass', (_rule, given) => {
  expect(() => check(given)).not.toThrow();
});

describe('what is wrong is told by name, with what came and what is expected', () => {
  test.each<[given: unknown, message: string]>([
    [undefined, 'its options are missing, expected an object of options'],
    ['.', 'its options are ".", expected an object of options'],
    [{}, 'option context is missing, expected a text'],
    [{ context: 1 }, 'option context is 1, expected a text'],
    [{ context: null }, 'option context is null, expected a text'],
    [{ context: '.', tags: 'app' }, 'option tags is "app", expected a list of texts'],
    [{ context: '.', tags: ['a', 1] }, 'option tags[1] is 1, expected a text'],
    [{ context: '.', tags: { a: 1 } }, 'option tags is an object, expected a list of texts'],
    [
      { context: '.', noCache: 'all' },
      'option noCache is "all", expected true or false or a list of texts',
    ],
    [{ context: '.', noCache: [1] }, 'option noCache[0] is 1, expected a text'],
    [{ context: '.', network: 'x' }, 'option network is "x", expected "none" or "host"'],
    [{ context: '.', mounts: [{}] }, 'option mounts[0].from is missing, expected a text'],
    [{ context: '.', outputs: ['x'] }, 'option outputs[0] is "x", expected an output'],
    [
      { context: '.', outputs: [{ type: 'x' }] },
      'option outputs[0].type is "x", expected "load" or "tar"',
    ],
    [
      { context: '.', outputs: [{ type: 'tar' }] },
      'option outputs[0].dest is missing, expected a text',
    ],
    [{ context: '.', signal: {} }, 'option signal is an object, expected an AbortSignal'],
    [{ context: '.', tags: () => {} }, 'option tags is a function, expected a list of texts'],
  ])('%j: %s', (given, message) => {
    expect(() => check(given)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: `cannot call build: ${message}`,
      }),
    );
  });

  test('but nothing of values that may be secret, or are long', () => {
    const told = (given: object) => {
      try {
        check({ context: '.', ...given });
      } catch (error) {
        return JSON.stringify([(error as Error).message, (error as { hint?: string }).hint]);
      }
      return undefined;
    };
    expect(told({ buildArgs: 'TOKEN=hunter2' })).toMatch(/is a text, expected an object of texts/);
    expect(told({ buildArgs: ['TOKEN=hunter2'] })).not.toContain('hunter2');
    expect(told({ buildArgs: { TOKEN: ['hunter2'] } })).not.toContain('hunter2');
    expect(told({ tags: 'x'.repeat(100) })).not.toContain('xxx');
  });

  test('with a hint for a text where a list belongs', () => {
    expect(() => check({ context: '.', tags: 'app' })).toThrow(
      expect.objectContaining({ hint: 'write tags: ["app"]' }),
    );
  });
});

describe('an option that there is not is told with the nearest that there is', () => {
  test.each([
    ['nocache', 'noCache'],
    ['no-cache', 'noCache'],
    ['no_cache', 'noCache'],
    ['tag', 'tags'],
    ['buildArg', 'buildArgs'],
    ['contxt', 'context'],
    ['output', 'outputs'],
  ])('%s: %s', (name, meant) => {
    expect(() => check({ context: '.', [name]: true })).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: `cannot call build: there is no option ${name}`,
        hint: `did you mean ${meant}?`,
      }),
    );
  });

  test.each(['constructor', 'toString', 'quite-another'])('%s: all of them', (name) => {
    expect(() => check({ context: '.', [name]: true })).toThrow(
      expect.objectContaining({ hint: expect.stringMatching(/^there are context, tags, /) }),
    );
  });

  test('inside of an option as well', () => {
    expect(() => check({ context: '.', mounts: [{ from: 'a', frm: 'b' }] })).toThrow(
      expect.objectContaining({
        message: 'cannot call build: there is no option mounts[0].frm',
        hint: 'did you mean from?',
      }),
    );
  });
});

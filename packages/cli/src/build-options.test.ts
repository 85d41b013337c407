import { describe, expect, test } from 'vitest';
import { type BuildArguments, parseBuildArguments } from './arguments/build-arguments.js';
import { buildOptionsOf } from './build-options.js';

function optionsOf(line: string, env: NodeJS.ProcessEnv = {}) {
  return buildOptionsOf(parseBuildArguments(`${line} .`.trim().split(' ')) as BuildArguments, env);
}

describe('the environment completes the flags as with buildx', () => {
  test.each([
    ['--build-arg A=1', {}, { A: '1' }],
    ['--build-arg A=', {}, { A: '' }],
    ['--build-arg A=b=c', {}, { A: 'b=c' }],
    ['--build-arg A', { A: 'from env' }, { A: 'from env' }],
    ['--build-arg A', {}, {}],
    ['--build-arg A=1 --build-arg A=2', {}, { A: '2' }],
    ['', { SOURCE_DATE_EPOCH: '42' }, { SOURCE_DATE_EPOCH: '42' }],
    ['--build-arg SOURCE_DATE_EPOCH=1', { SOURCE_DATE_EPOCH: '42' }, { SOURCE_DATE_EPOCH: '1' }],
  ])('build arguments: %j with %j', (line, env, buildArgs) => {
    expect(optionsOf(line, env).buildArgs).toEqual(buildArgs);
  });

  test.each([
    ['', {}, []],
    ['--platform linux/amd64', {}, ['linux/amd64']],
    [
      '--platform linux/amd64,linux/arm64 --platform linux/386',
      {},
      ['linux/amd64', 'linux/arm64', 'linux/386'],
    ],
    ['', { DOCKER_DEFAULT_PLATFORM: 'linux/arm64' }, ['linux/arm64']],
    ['--platform linux/386', { DOCKER_DEFAULT_PLATFORM: 'linux/arm64' }, ['linux/386']],
  ])('platforms: %j with %j', (line, env, platforms) => {
    expect(optionsOf(line, env).platforms).toEqual(platforms);
  });
});

test('a label without a value is empty, whatever the environment holds', () => {
  expect(optionsOf('--label a --label b=c', { a: 'x' }).labels).toEqual({ a: '', b: 'c' });
});

test.each([
  ['', []],
  ['--no-cache', true],
  ['--no-cache-filter a --no-cache-filter b', ['a', 'b']],
])('%j runs again: %j', (line, noCache) => {
  expect(optionsOf(line).noCache).toEqual(noCache);
});

test('secrets are read as sources', () => {
  expect(optionsOf('--secret id=a,src=/run/a --secret id=b,env=B').secrets).toEqual([
    { id: 'a', type: 'file', path: '/run/a' },
    { id: 'b', type: 'env', name: 'B' },
  ]);
});

test.each([
  [
    '--no-cache --no-cache-filter a',
    'INVALID_ARGUMENT',
    '--no-cache and --no-cache-filter cannot currently be used together',
  ],
  ['--build-arg =x', 'INVALID_ARGUMENT', 'invalid key-value pair "=x": empty key'],
  ['--label =x', 'INVALID_ARGUMENT', 'invalid key-value pair "=x": empty key'],
  ['--load=false', 'UNSUPPORTED', '--load=false is not supported: warmdock loads what it builds'],
])('%s is refused', (line, code, message) => {
  expect(() => optionsOf(line)).toThrow(expect.objectContaining({ code, message }));
});

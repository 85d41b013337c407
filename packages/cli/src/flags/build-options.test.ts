import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BuildRequest } from '@warmdock/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BuildArguments, parseBuildArguments } from './build-arguments.js';
import { buildOptionsOf } from './build-options.js';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'warmdock-options-'));
});
afterAll(() => rmSync(home, { recursive: true }));

function optionsOf(line: string, env: NodeJS.ProcessEnv = {}) {
  const args = parseBuildArguments(`${line} .`.trim().split(' ')) as BuildArguments;
  return buildOptionsOf(args, { HOME: home, ...env });
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

describe("the proxies of docker's config.json are build arguments", () => {
  const proxies = {
    default: { httpProxy: 'http://p', noProxy: 'a,b', ftpProxy: '' },
    'tcp://d:1': { httpsProxy: 'http://s' },
  };
  test.each([
    ['', {}, { HTTP_PROXY: 'http://p', NO_PROXY: 'a,b' }],
    ['', { DOCKER_HOST: 'tcp://d:1' }, { HTTPS_PROXY: 'http://s' }],
    ['--build-arg http_proxy=mine', {}, { http_proxy: 'mine', NO_PROXY: 'a,b' }],
    ['--build-arg HTTP_PROXY', { HTTP_PROXY: 'env' }, { HTTP_PROXY: 'env', NO_PROXY: 'a,b' }],
    ['--build-arg HTTP_PROXY', {}, { HTTP_PROXY: 'http://p', NO_PROXY: 'a,b' }],
  ])('%j with %j', (line, env, buildArgs) => {
    writeFileSync(join(home, 'config.json'), JSON.stringify({ proxies }));
    expect(optionsOf(line, { DOCKER_CONFIG: home, ...env }).buildArgs).toEqual(buildArgs);
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
  ['--add-host "a=1.2.3.4"', 'INVALID_ARGUMENT', expect.stringContaining('it has quotes in it')],
])('%s is refused', (line, code, message) => {
  expect(() => optionsOf(line)).toThrow(expect.objectContaining({ code, message }));
});

test.each<[line: string, options: Partial<BuildRequest>]>([
  ['--network none --cgroup-parent c', { network: 'none', cgroupParent: 'c' }],
  ['--shm-size 1m', { shmSizeBytes: 1_048_576 }],
  ['--shm-size 7m --shm-size 1m', { shmSizeBytes: 1_048_576 }],
  ['--ulimit nofile=1:2', { ulimits: [{ name: 'nofile', soft: 1, hard: 2 }] }],
  [
    '--add-host a=1.2.3.4,b=::1',
    {
      addHosts: [
        { host: 'a', addresses: ['1.2.3.4'] },
        { host: 'b', addresses: ['::1'] },
      ],
    },
  ],
  ['--allow network.host', { allow: ['network.host'] }],
  ['--attest type=sbom', { attestations: [{ type: 'sbom', attrs: {} }] }],
  [
    '--provenance false --sbom=true',
    {
      attestations: [
        { type: 'provenance', disabled: true },
        { type: 'sbom', disabled: false },
      ],
    },
  ],
  ['--load=false --push', { load: false, push: true }],
  ['-o type=docker', { outputs: [{ type: 'load', attrs: {} }] }],
  ['--cache-to type=inline', { cacheTo: [{ type: 'inline', attrs: {} }] }],
  ['', { outputs: undefined, load: undefined, ssh: undefined }],
])('%j is passed on', (line, options) => {
  expect(optionsOf(line)).toMatchObject(options);
});

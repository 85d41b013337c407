import { describe, expect, it } from 'vitest';
import type { BakeTarget } from '../targets/bake-definition.js';
import type { BuildConfig, ServiceConfig } from './project-config.js';
import { type ProjectBuild, serviceTarget } from './service-target.js';

const project: ProjectBuild = {
  config: {
    name: 'shop',
    services: {},
    secrets: { file: { file: '/run/token' }, env: { environment: 'TOKEN' }, other: {} },
  },
  version: '2.34.0-1',
  buildArgs: {},
  noCache: false,
  pull: false,
  ssh: [],
  env: { HOME: '/home/me', EMPTY: '' },
};

function targetOf(
  build: BuildConfig,
  service: ServiceConfig = {},
  changes: Partial<ProjectBuild> = {},
): BakeTarget {
  return serviceTarget('web', { ...service, build }, { ...project, ...changes });
}

describe('a service', () => {
  it.each<[rule: string, build: BuildConfig, target: BakeTarget]>([
    ['a context', { context: '/app' }, { context: '/app' }],
    [
      'a Dockerfile in its context',
      { context: '/app', dockerfile: 'docker/Dockerfile' },
      { dockerfile: '/app/docker/Dockerfile' },
    ],
    [
      'a Dockerfile in a remote context',
      { context: 'https://example.test/a.git', dockerfile: 'd/Dockerfile' },
      { dockerfile: 'd/Dockerfile' },
    ],
    ['a Dockerfile in itself', { dockerfile_inline: 'FROM x' }, { 'dockerfile-inline': 'FROM x' }],
    ['a stage', { target: 'first' }, { target: 'first' }],
    ['a network', { network: 'host' }, { network: 'host' }],
    ['further tags', { tags: ['a', 'b'] }, { tags: ['a', 'b', 'shop-web'] }],
    ['caches', { cache_from: ['a'], cache_to: ['b'] }, { 'cache-from': ['a'], 'cache-to': ['b'] }],
    [
      'privileges',
      { privileged: true, entitlements: ['network.host'] },
      { entitlements: ['network.host', 'security.insecure'] },
    ],
    [
      'hosts, as old and as new ones print them',
      { extra_hosts: ['a=192.0.2.1', 'b:192.0.2.2', 'c=fd00::1', 'd:[fd00::2]'] },
      { 'extra-hosts': { a: '192.0.2.1', b: '192.0.2.2', c: 'fd00::1', d: '[fd00::2]' } },
    ],
    [
      'limits',
      { ulimits: { nproc: 5, nofile: { soft: 1, hard: 2 } } },
      { ulimits: ['nproc=5', 'nofile=1:2'] },
    ],
    [
      'contexts of all kinds',
      { additional_contexts: { d: '/d', i: 'docker-image://x', s: 'service:base' } },
      { contexts: { d: '/d', i: 'docker-image://x', s: 'target:base' } },
    ],
    [
      'arguments, without a value those of the environment',
      { args: { A: 'a', HOME: null, EMPTY: null, NONE: null } },
      { args: { A: 'a', HOME: '/home/me', EMPTY: '', NONE: null } },
    ],
    [
      'secrets',
      { secrets: [{ source: 'file' }, { source: 'env', target: 'named' }] },
      {
        secret: [
          { id: 'file', type: 'file', src: '/run/token' },
          { id: 'named', type: 'env', env: 'TOKEN' },
        ],
      },
    ],
    ['keys', { ssh: ['default', 'k=/k'] }, { ssh: ['default', 'k=/k'] }],
    ['no cache and fresh images', { no_cache: true, pull: true }, { 'no-cache': true, pull: true }],
    [
      "labels beside compose's own, which win",
      { labels: { a: 'b', 'com.docker.compose.service': 'mine' } },
      {
        labels: {
          a: 'b',
          'com.docker.compose.project': 'shop',
          'com.docker.compose.service': 'web',
          'com.docker.compose.version': '2.34.0',
        },
      },
    ],
  ])('has %s', (_rule, build, target) => {
    expect(targetOf(build)).toMatchObject(target);
  });

  it('leaves out what compose of this age ignores', () => {
    const { 'shm-size': size } = targetOf({ shm_size: '1048576', isolation: 'hyperv' });
    expect(size).toBeUndefined();
  });

  it('is named by its image', () => {
    expect(targetOf({}, { image: 'own/web:1' }).tags).toEqual(['own/web:1']);
  });

  it('is changed by the command line', () => {
    const changes = { buildArgs: { A: 'line' }, noCache: true, pull: true, ssh: ['default'] };
    const target = targetOf({ args: { A: 'a', B: 'b' }, ssh: ['k=/k'] }, {}, changes);
    expect(target).toMatchObject({
      args: { A: 'line', B: 'b' },
      'no-cache': true,
      pull: true,
      ssh: ['k=/k', 'default'],
    });
  });

  it.each<[rule: string, platform: string | undefined, platforms: string[], expected: string[]]>([
    ['none is named', undefined, [], []],
    ['the service has one', 'linux/arm64', [], ['linux/arm64']],
    ['the build has some', undefined, ['linux/arm64'], ['linux/arm64']],
    ['both have it', 'linux/arm64', ['linux/arm64'], ['linux/arm64']],
  ])('is for the right platform when %s', (_rule, platform, platforms, expected) => {
    expect(targetOf({ platforms }, { platform }).platforms).toEqual(expected);
  });

  it('is for the default platform, if it names none', () => {
    const changes = { env: { DOCKER_DEFAULT_PLATFORM: 'linux/386' } };
    expect(targetOf({}, {}, changes).platforms).toEqual(['linux/386']);
    expect(targetOf({}, { platform: 'linux/arm64' }, changes).platforms).toEqual(['linux/arm64']);
  });

  it.each<[rule: string, code: string, build: BuildConfig, service: ServiceConfig]>([
    ['a secret of another kind', 'UNSUPPORTED', { secrets: [{ source: 'other' }] }, {}],
    ['a secret that is nowhere', 'UNSUPPORTED', { secrets: [{ source: 'none' }] }, {}],
    [
      'a platform that it is not built for',
      'INVALID_ARGUMENT',
      { platforms: ['linux/arm64'] },
      { platform: 'linux/amd64' },
    ],
  ])('cannot have %s', (_rule, code, build, service) => {
    expect(() => targetOf(build, service)).toThrow(expect.objectContaining({ code }));
  });

  it('cannot begin with another one before compose 2.33', () => {
    const build = { additional_contexts: { base: 'service:base' } };
    expect(() => targetOf(build, {}, { version: '2.32.4' })).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED' }),
    );
  });
});

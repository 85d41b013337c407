import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { BuildOptions } from './build-plan.js';
import { planBuild } from './plan-build.js';

const cwd = '/home/me';

describe('planBuild', () => {
  it('is plain JSON that holds sources of secrets and normalised tags', () => {
    const plan = planBuild({
      cwd,
      context: 'app',
      tags: ['app', 'registry:5000/team/app:v1'],
      secrets: [
        { id: 'token', type: 'env', name: 'TOKEN' },
        { id: 'key', type: 'file', path: 'key.pem' },
      ],
    });
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    expect(plan).toEqual({
      frontend: 'dockerfile.v0',
      frontendAttrs: { filename: 'Dockerfile' },
      locals: [
        { name: 'context', directory: '/home/me/app' },
        { name: 'dockerfile', directory: '/home/me/app' },
      ],
      secrets: [
        { id: 'token', type: 'env', name: 'TOKEN' },
        { id: 'key', type: 'file', path: '/home/me/key.pem' },
      ],
      tags: ['docker.io/library/app:latest', 'registry:5000/team/app:v1'],
      compression: 'gzip',
    });
  });

  it.each<[string, Partial<BuildOptions>, Record<string, string>]>([
    [
      'build arguments and labels',
      { buildArgs: { A: '1=2' }, labels: { 'a.b': '' } },
      { 'build-arg:A': '1=2', 'label:a.b': '' },
    ],
    ['the target stage', { target: 'test' }, { target: 'test' }],
    [
      'several platforms as one list',
      { platforms: ['linux/amd64', 'linux/arm64'] },
      { platform: 'linux/amd64,linux/arm64' },
    ],
    ['a rebuild of everything', { noCache: true }, { 'no-cache': '' }],
    ['a rebuild of some stages', { noCache: ['a', 'b'] }, { 'no-cache': 'a,b' }],
    ['no rebuild for an empty list', { noCache: [] }, {}],
    ['fresh base images', { pull: true }, { 'image-resolve-mode': 'pull' }],
    ['no network', { network: 'none' }, { 'force-network-mode': 'none' }],
    ['the default network', { network: 'default' }, {}],
    [
      'hosts, each address for itself',
      {
        addHosts: [
          { host: 'a', addresses: ['1.2.3.4', '[::1]'] },
          { host: 'b', addresses: ['host-gateway'] },
        ],
      },
      { 'add-hosts': 'a=1.2.3.4,a=::1,b=host-gateway' },
    ],
    ['the size of /dev/shm', { shmSizeBytes: 67_108_864 }, { 'shm-size': '67108864' }],
    [
      'limits by name, the last of each',
      {
        ulimits: [
          { name: 'nproc', soft: 1, hard: 2 },
          { name: 'core', soft: 0, hard: -1 },
          { name: 'nproc', soft: 3, hard: 4 },
        ],
      },
      { ulimit: 'core=0:-1,nproc=3:4' },
    ],
    ['the control group', { cgroupParent: 'builds' }, { 'cgroup-parent': 'builds' }],
    [
      'attestations, the first of each type, none that is disabled',
      {
        attestations: [
          { type: 'provenance', attrs: { mode: 'max', 'builder-id': 'a,b' } },
          { type: 'sbom', disabled: true },
          { type: 'sbom' },
          { type: 'provenance', disabled: true },
        ],
      },
      { 'attest:provenance': 'type=provenance,"builder-id=a,b",mode=max' },
    ],
  ])('writes %s as the frontend names it', (_what, options, attrs) => {
    expect(planBuild({ cwd, context: '.', ...options }).frontendAttrs).toEqual({
      filename: 'Dockerfile',
      ...attrs,
    });
  });

  it('takes the Dockerfile relative to the working directory, as docker does', () => {
    const plan = planBuild({ cwd, context: 'app', dockerfile: 'docker/prod.Dockerfile' });
    expect(plan.frontendAttrs.filename).toBe('prod.Dockerfile');
    expect(plan.locals[1]).toEqual({ name: 'dockerfile', directory: '/home/me/docker' });
  });

  it('takes a directory for a context, though its name could be that of a remote one', () => {
    const cwd = mkdtempSync(join(tmpdir(), 'warmdock-plan-'));
    onTestFinished(() => rmSync(cwd, { recursive: true }));
    mkdirSync(join(cwd, 'github.com/acme/app'), { recursive: true });
    writeFileSync(join(cwd, 'github.com/acme/file'), '');
    const { frontendAttrs, locals } = planBuild({ cwd, context: 'github.com/acme/app' });
    expect(frontendAttrs).toEqual({ filename: 'Dockerfile' });
    expect(locals.map(({ directory }) => directory)).toEqual(
      Array(2).fill(join(cwd, 'github.com/acme/app')),
    );
    for (const context of ['github.com/acme/file', 'github.com/acme/other'])
      expect(planBuild({ cwd, context })).toMatchObject({ frontendAttrs: { context }, locals: [] });
  });

  it.each(['https://host/repo.git#main', 'git@host:repo.git', 'https://host/context.tar.gz'])(
    'lets the builder fetch %s itself and serves no directory',
    (context) => {
      const plan = planBuild({ cwd, context, dockerfile: 'sub/Dockerfile' });
      expect(plan.frontendAttrs).toEqual({ context, filename: 'sub/Dockerfile' });
      expect(plan.locals).toEqual([]);
    },
  );

  it.each<[string, Partial<BuildOptions>, string]>([
    ['an upper-case name', { tags: ['App'] }, 'INVALID_ARGUMENT'],
    ['a tag with a digest', { tags: [`app@sha256:${'0'.repeat(64)}`] }, 'INVALID_ARGUMENT'],
    [
      'a compression that BuildKit does not have',
      { compression: 'lzma' as never },
      'INVALID_ARGUMENT',
    ],
    ['no context', { context: '' }, 'INVALID_ARGUMENT'],
    [
      'a context and a Dockerfile on standard input',
      { context: '-', dockerfile: '-' },
      'INVALID_ARGUMENT',
    ],
    ['a network of the user', { network: 'mine' as never }, 'INVALID_ARGUMENT'],
    ['a negative size', { shmSizeBytes: -1 }, 'INVALID_ARGUMENT'],
    ['an entitlement of nobody', { allow: ['network.guest'] }, 'INVALID_ARGUMENT'],
    ['a device with an odd field', { allow: ['device=gpu,name=x'] }, 'INVALID_ARGUMENT'],
    [
      'a host without an address',
      { addHosts: [{ host: 'h', addresses: ['nowhere'] }] },
      'INVALID_ARGUMENT',
    ],
    [
      'an ssh agent that is given twice',
      {
        ssh: [
          { id: 'a', paths: [] },
          { id: 'a', paths: ['k'] },
        ],
      },
      'INVALID_ARGUMENT',
    ],
    [
      'a registry cache without a reference',
      { cacheFrom: [{ type: 'registry', attrs: {} }] },
      'INVALID_ARGUMENT',
    ],
    ['a push of an image without a name', { push: true }, 'INVALID_ARGUMENT'],
    [
      'two outputs on standard output',
      {
        outputs: [
          { type: 'tar', dest: '-', attrs: {} },
          { type: 'oci', tar: true, dest: '-', attrs: {} },
        ],
      },
      'INVALID_ARGUMENT',
    ],
    [
      'an output that deletes',
      { outputs: [{ type: 'local', dest: 'd', attrs: { mode: 'delete' } }] },
      'UNSUPPORTED',
    ],
    [
      'a named context in an unknown place',
      { buildContexts: [{ name: 'a', source: 'ftp://a' }] },
      'INVALID_ARGUMENT',
    ],
  ])('refuses %s', (_what, options, code) => {
    expect(() => planBuild({ cwd, context: '.', ...options })).toThrow(
      expect.objectContaining({ code }),
    );
  });

  it('asks for the entitlement of the host network, once', () => {
    const options = {
      cwd,
      context: '.',
      network: 'host',
      allow: ['network.host', 'device'],
    } as const;
    const plan = planBuild(options);
    expect(plan.frontendAttrs['force-network-mode']).toBe('host');
    expect(plan.entitlements).toEqual(['network.host', 'device']);
  });

  it('writes annotations as attributes of the exporter', () => {
    const annotations = [
      { key: 'a', value: '1' },
      { key: 'b', value: '2', level: 'index' },
      { key: 'c', value: '3', level: 'manifest', platform: 'linux/aarch64' },
    ] as const;
    expect(planBuild({ cwd, context: '.', annotations }).imageAttrs).toEqual({
      'annotation.a': '1',
      'annotation-index.b': '2',
      'annotation-manifest[linux/arm64].c': '3',
    });
  });

  it('says what standard input is for, and no more', () => {
    expect(planBuild({ cwd, context: '-' })).toMatchObject({ stdin: 'context', locals: [] });
    expect(planBuild({ cwd, context: '-', dockerfile: 'sub/Dockerfile' })).toMatchObject({
      stdin: 'context',
      frontendAttrs: { filename: 'sub/Dockerfile' },
    });
    expect(planBuild({ cwd, context: 'app', dockerfile: '-' })).toMatchObject({
      stdin: 'dockerfile',
      frontendAttrs: { filename: 'Dockerfile', dockerfilekey: 'dockerfile' },
      locals: [{ name: 'context', directory: '/home/me/app' }],
    });
  });

  it('takes a Dockerfile from an address, and one of this machine for a context elsewhere', () => {
    const url = 'https://host/app.Dockerfile';
    expect(planBuild({ cwd, context: '.', dockerfile: url })).toMatchObject({
      dockerfileUrl: url,
      locals: [{ name: 'context', directory: cwd }],
    });
    const context = 'https://host/repo.git';
    expect(planBuild({ cwd, context, dockerfile: '/etc/Dockerfile' })).toMatchObject({
      frontendAttrs: { context, filename: 'Dockerfile', dockerfilekey: 'dockerfile' },
      locals: [{ name: 'dockerfile', directory: '/etc' }],
    });
  });

  it('finds named contexts where they are', () => {
    const buildContexts = [
      { name: 'docker.io/library/base:latest', source: '../base' },
      { name: 'context', source: '/srv' },
      { name: 'alpine', source: 'docker-image://alpine:3.20' },
      { name: 'repo', source: 'https://host/repo.git?branch=main' },
      { name: 'layout', source: 'oci-layout://images:v1' },
    ];
    const plan = planBuild({ cwd, context: '.', buildContexts });
    expect(plan.frontendAttrs).toEqual({
      filename: 'Dockerfile',
      'context:base': 'local:base',
      'context:context': 'local:_context',
      'context:alpine': 'docker-image://alpine:3.20',
      'context:repo': 'https://host/repo.git?branch=main',
      'frontend.caps':
        'moby.buildkit.frontend.contexts+forward,moby.buildkit.frontend.gitquerystring+forward',
    });
    expect(plan.locals.slice(2)).toEqual([
      { name: 'base', directory: '/home/base' },
      { name: '_context', directory: '/srv' },
    ]);
    expect(plan.ociLayouts).toEqual([{ name: 'layout', directory: '/home/me/images', tag: 'v1' }]);
  });

  it('takes the last named context of a name, in all of its spellings', () => {
    const buildContexts = ['nowhere', 'docker-image://alpine', '../last'].map((source, at) => ({
      name: ['base', 'docker.io/library/base', 'base:latest'][at] ?? '',
      source,
    }));
    const plan = planBuild({ cwd, context: '.', buildContexts });
    expect(plan.frontendAttrs).toMatchObject({ 'context:base': 'local:base' });
    expect(plan.locals.slice(2)).toEqual([{ name: 'base', directory: '/home/last' }]);
    const other = planBuild({ cwd, context: '.', buildContexts: buildContexts.slice(0, 2) });
    expect(other.frontendAttrs).toMatchObject({ 'context:base': 'docker-image://alpine' });
    expect(other.locals.slice(2)).toEqual([]);
  });

  it('gives git over ssh the default agent', () => {
    const context = 'git@host:repo.git';
    expect(planBuild({ cwd, context }).ssh).toEqual([{ id: 'default', paths: [] }]);
    const ssh = [{ id: 'mine', paths: ['key'] }];
    expect(planBuild({ cwd, context, ssh }).ssh).toEqual([{ id: 'mine', paths: ['/home/me/key'] }]);
  });

  it('resolves local caches, and takes the build argument for an inline one', () => {
    const plan = planBuild({
      cwd,
      context: '.',
      buildArgs: { BUILDKIT_INLINE_CACHE: '1' },
      cacheFrom: [{ type: 'local', attrs: { src: 'cache' } }],
      cacheTo: [{ type: 'local', attrs: { dest: 'cache', mode: 'max' } }],
    });
    expect(plan.cacheFrom).toEqual([{ type: 'local', attrs: { src: '/home/me/cache' } }]);
    expect(plan.cacheTo).toEqual([
      { type: 'local', attrs: { dest: '/home/me/cache', mode: 'max' } },
      { type: 'inline', attrs: {} },
    ]);
  });

  it.each<[string, Partial<BuildOptions>, unknown]>([
    ['loads alone by default', {}, undefined],
    ['loads alone when told to', { load: true }, undefined],
    ['keeps the result in the cache when told not to', { load: false }, []],
    ['keeps it there for cacheonly', { outputs: [{ type: 'cacheonly' }] }, []],
    [
      'pushes without loading',
      { push: true },
      [{ type: 'image', push: true, attrs: { unpack: 'false' } }],
    ],
    [
      'pushes and loads',
      { push: true, load: true },
      [
        { type: 'image', push: true, attrs: { unpack: 'false' } },
        { type: 'load', attrs: {} },
      ],
    ],
    [
      'pushes the image that is an output',
      { push: true, outputs: [{ type: 'image', push: false, attrs: { compression: 'zstd' } }] },
      [{ type: 'image', push: true, attrs: { unpack: 'false', compression: 'zstd' } }],
    ],
    [
      'writes files below the working directory',
      { outputs: [{ type: 'local', dest: 'out', attrs: {} }] },
      [{ type: 'local', dest: '/home/me/out', attrs: {} }],
    ],
    [
      'loads last',
      {
        outputs: [
          { type: 'load', attrs: {} },
          { type: 'tar', dest: '-', attrs: {} },
        ],
      },
      [
        { type: 'tar', dest: '-', attrs: {} },
        { type: 'load', attrs: {} },
      ],
    ],
  ])('%s', (_rule, options, outputs) => {
    expect(planBuild({ cwd, context: '.', tags: ['app'], ...options }).outputs).toEqual(outputs);
  });
});

describe('texts of buildx flags in lists', () => {
  it('mean what the flags mean', () => {
    const texts = {
      secrets: ['id=a,src=/run/a'],
      buildContexts: ['base=/srv/base'],
      ssh: ['default=/run/agent'],
      addHosts: ['db=192.0.2.1'],
      ulimits: ['nofile=100:200'],
      annotations: ['manifest:a=b'],
      attestations: ['type=sbom'],
      cacheFrom: ['type=gha'],
      cacheTo: ['type=local,dest=/srv/cache'],
      outputs: ['type=tar,dest=/srv/out.tar'],
    };
    const objects: BuildOptions = {
      context: '/srv',
      secrets: [{ id: 'a', type: 'file', path: '/run/a' }],
      buildContexts: [{ name: 'base', source: '/srv/base' }],
      ssh: [{ id: 'default', paths: ['/run/agent'] }],
      addHosts: [{ host: 'db', addresses: ['192.0.2.1'] }],
      ulimits: [{ name: 'nofile', soft: 100, hard: 200 }],
      annotations: [{ key: 'a', value: 'b', level: 'manifest' }],
      attestations: [{ type: 'sbom', attrs: {} }],
      cacheFrom: [{ type: 'gha', attrs: {} }],
      cacheTo: [{ type: 'local', attrs: { dest: '/srv/cache' } }],
      outputs: [{ type: 'tar', dest: '/srv/out.tar', attrs: {} }],
    };
    expect(planBuild({ context: '/srv', ...texts })).toEqual(planBuild(objects));
  });

  it('that no builder takes are INVALID_ARGUMENT', () => {
    expect(() => planBuild({ context: '/srv', ulimits: ['nofile'] })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
  });

  it('may name a variable of the given environment', () => {
    const plan = planBuild({ context: '/srv', secrets: ['id=TOKEN'] }, { env: { TOKEN: 'x' } });
    expect(plan.secrets).toEqual([{ id: 'TOKEN', type: 'env', name: 'TOKEN' }]);
  });
});

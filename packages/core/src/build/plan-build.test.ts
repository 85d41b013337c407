import { describe, expect, it } from 'vitest';
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
    ['a context on standard input', { context: '-' }, 'UNSUPPORTED'],
    ['a Dockerfile on standard input', { dockerfile: '-' }, 'UNSUPPORTED'],
  ])('refuses %s', (_what, options, code) => {
    expect(() => planBuild({ cwd, context: '.', ...options })).toThrow(
      expect.objectContaining({ code }),
    );
  });
});

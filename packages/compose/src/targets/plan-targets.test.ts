import { isWarmdockError } from '@warmdock/core';
import { describe, expect, it } from 'vitest';
import type { BakeDefinition, BakeTarget } from './bake-definition.js';
import { planTargets } from './plan-targets.js';

/** Without docker's configuration of whoever runs this. */
const env = { DOCKER_CONFIG: '/none' };
const options = { cwd: '/work', env };
const loaded: BakeTarget = { output: ['type=docker'] };

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    return isWarmdockError(error) ? error.code : String(error);
  }
  return undefined;
}

const plan = (target: BakeDefinition['target'], targets: string[] = Object.keys(target)) =>
  planTargets({ target, group: { default: { targets } } }, options);

describe('the builds of a definition', () => {
  it('are those of the group default, with all that they need before them', () => {
    const set = plan(
      {
        app: { ...loaded, contexts: { base: 'target:base', dir: './dir' } },
        base: { contexts: { lower: 'target:lower' } },
        lower: {},
        other: loaded,
      },
      ['app'],
    );
    expect(set.wanted).toEqual(['app']);
    expect(set.targets.map(({ name, needs }) => [name, needs])).toEqual([
      ['lower', []],
      ['base', ['lower']],
      ['app', ['base']],
    ]);
    expect(set.targets.map(({ plan }) => plan.outputs)).toEqual([[], [], undefined]);
  });

  it('are members of groups in groups, and a name may be that of a group and of a target', () => {
    const group = {
      default: { targets: ['all', 'one'] },
      all: { targets: ['default', 'two', 'all'] },
    };
    const target = { default: loaded, one: loaded, two: loaded, three: loaded };
    expect([...planTargets({ group, target }, options).wanted].sort()).toEqual([
      'default',
      'one',
      'two',
    ]);
  });

  it('are the target default where there is no such group', () => {
    expect(planTargets({ target: { default: loaded } }, options).wanted).toEqual(['default']);
  });

  it.each([
    ['no output', {}],
    ['another output', { output: ['type=local,dest=x'] }],
    ['an output as fields', { output: [{ type: 'registry' }] }],
    ['two outputs', { output: ['type=docker', 'type=docker'] }],
    ['an output with attributes', { output: [{ type: 'docker', compression: 'zstd' }] }],
    ['several platforms', { ...loaded, platforms: ['linux/amd64', 'linux/arm64'] }],
    ['a question', { ...loaded, call: 'lint' }],
  ])('are not those of a target with %s', (_, target) => {
    expect(codeOf(() => plan({ app: target }))).toBe('UNSUPPORTED');
  });

  it('cannot need each other, nor what is not there', () => {
    const circle = {
      a: { ...loaded, contexts: { b: 'target:b' } },
      b: { ...loaded, contexts: { a: 'target:a' } },
    };
    expect(() => plan(circle)).toThrow('cannot build a: it needs itself, by way of a > b > a');
    expect(() => plan({ a: { ...loaded, contexts: { x: 'target:x' } } })).toThrow(
      'cannot build: there is no target x',
    );
  });
});

describe('a target', () => {
  const planned = (target: BakeTarget, more = {}) =>
    planTargets(
      { target: { default: { ...loaded, ...target } } },
      { cwd: '/work', env: { ...env, ...more } },
    ).targets[0];

  it('has a Dockerfile in its context', () => {
    const locals = (target: BakeTarget) => planned(target)?.plan.locals;
    expect(locals({ context: 'app', dockerfile: 'docker/web.Dockerfile' })).toEqual([
      { name: 'context', directory: '/work/app' },
      { name: 'dockerfile', directory: '/work/app/docker' },
    ]);
    expect(locals({ dockerfile: '/elsewhere/Dockerfile' })).toContainEqual({
      name: 'dockerfile',
      directory: '/elsewhere',
    });
    const remote = { context: 'https://example.test/app.git#main', dockerfile: 'sub/Dockerfile' };
    expect(planned(remote)?.plan.frontendAttrs).toMatchObject({
      context: remote.context,
      filename: 'sub/Dockerfile',
    });
  });

  it('may have the Dockerfile in itself', () => {
    const target = planned({ 'dockerfile-inline': 'FROM scratch' });
    expect(target).toMatchObject({ dockerfile: 'FROM scratch', plan: { stdin: 'dockerfile' } });
  });

  it('takes specs as text and as fields, those with commas in quotes', () => {
    const { plan } =
      planned({
        secret: ['id=a,src=file', { id: 'b', src: 'x,y' }, { id: 'c', type: 'env', env: 'C' }],
        'cache-from': ['app:cache', { type: 'registry', ref: 'app:other' }],
        attest: [{ type: 'provenance', disabled: true }],
        ssh: ['default', { id: 'key', paths: ['k'] }],
      }) ?? {};
    expect(plan?.secrets).toEqual([
      { id: 'a', type: 'file', path: '/work/file' },
      { id: 'b', type: 'file', path: '/work/x,y' },
      { id: 'c', type: 'env', name: 'C' },
    ]);
    expect(plan?.cacheFrom?.map(({ attrs }) => attrs.ref)).toEqual(['app:cache', 'app:other']);
    expect(plan?.ssh).toEqual([
      { id: 'default', paths: [] },
      { id: 'key', paths: ['/work/k'] },
    ]);
    expect(Object.keys(plan?.frontendAttrs ?? {})).not.toContain('attest:provenance');
  });

  it('has the arguments of the environment under its own, and none without a value', () => {
    const target = planned({ args: { A: 'a', B: null } }, { SOURCE_DATE_EPOCH: '7' });
    const attrs = Object.entries(target?.plan.frontendAttrs ?? {});
    expect(attrs.filter(([key]) => key.startsWith('build-arg:'))).toEqual([
      ['build-arg:SOURCE_DATE_EPOCH', '7'],
      ['build-arg:A', 'a'],
    ]);
  });
});

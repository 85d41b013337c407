import type { Engine } from '@warmdock/core';
import { parseDigest } from '@warmdock/core/oci';
import { describe, expect, it } from 'vitest';
import { type FakeAnswer, fakeProgram } from '../programs/fake-program.testing.js';
import type { ComposeOptions } from './compose-options.js';
import { planCompose } from './plan-compose.js';

const target = (service: string) => ({
  context: `/work/${service}`,
  labels: { 'com.docker.compose.service': service },
  tags: [`shop-${service}`],
  output: ['type=docker'],
});
const printed = JSON.stringify({
  target: { web: target('web'), db: target('db') },
  group: { default: { targets: ['web', 'db'] } },
});
const config = (web: object = {}, name = 'shop') =>
  JSON.stringify({ name, services: { web: { build: {}, ...web }, db: { build: {} } } });

/** Plans for a daemon that has `shop-db`, or what else it is said to have. */
async function planMissing(
  answers: Readonly<Record<string, FakeAnswer>>,
  { held = ['library/shop-db'], ...options }: ComposeOptions & { held?: string[] } = {},
) {
  const { program, cwd, calls } = fakeProgram({ 'build --print': printed, ...answers });
  const digest = parseDigest(`sha256:${'1'.repeat(64)}`);
  const daemon: Pick<Engine, 'loadImages' | 'resolveImage'> = {
    loadImages: () => Promise.reject(new Error('nothing is loaded')),
    resolveImage: async ({ path }) => (held.includes(path) ? digest : undefined),
  };
  const env = { PATH: process.env.PATH, DOCKER_CONFIG: cwd };
  const given = { program, cwd, env, containersBy: 'up', ...options } as const;
  const plan = await planCompose({ ...given, missingIn: daemon as Engine });
  return { plan, calls: calls().sort() };
}

const asksConfig = 'config --format json';

describe('of what a daemon lacks', () => {
  it('is built what is missing, with the words of compose for all', async () => {
    const { plan, calls } = await planMissing({
      [asksConfig]: config(),
      'build --print': { stdout: printed, stderr: 'a warning' },
    });
    expect(plan).toMatchObject({ wanted: ['web'], mustNotBuild: false, warnings: 'a warning' });
    expect(plan.lookedFor).toEqual(['shop-web', 'shop-db']);
    expect(calls).toEqual(['build --print', asksConfig]);
  });

  it('nothing is built where nothing is missing, and compose is not asked how', async () => {
    const held = ['library/shop-db', 'library/shop-web'];
    const { plan, calls } = await planMissing({ [asksConfig]: config() }, { held });
    expect(plan).toMatchObject({ targets: [], lookedFor: ['shop-web', 'shop-db'] });
    expect(calls).toEqual([asksConfig]);
  });

  it('what is built each time is built by those who can be told not to do so again', async () => {
    const answers = { [asksConfig]: config({ pull_policy: 'build' }) };
    const held = ['library/shop-db', 'library/shop-web'];
    const { plan } = await planMissing(answers, { held });
    expect(plan).toMatchObject({ wanted: ['web'], mustNotBuild: true, lookedFor: undefined });
    await expect(planMissing(answers, { containersBy: 'run' })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: 'service web is built each time',
    });
  });

  it('services that only depend on each other may be built by nobody', async () => {
    const options = { services: ['web'], held: [] };
    const answers = { [`${asksConfig} web`]: config(), 'build web --print': printed };
    expect((await planMissing(answers, options)).plan.wanted).toEqual(['web']);
    const { plan } = await planMissing(
      { [`${asksConfig} web`]: config(), 'build --with-dependencies web --print': printed },
      { ...options, withDependencies: true },
    );
    expect(plan.wanted).toEqual(['web', 'db']);
  });

  it('is read by an older compose from the same project', async () => {
    const project = config({ build: { context: '/work/web' } });
    const { plan, calls } = await planMissing({
      [asksConfig]: project,
      'build --print': { exitCode: 1 },
      'version --short': '2.26.1',
    });
    expect(plan.wanted).toEqual(['web']);
    expect(calls).toEqual(['build --print', asksConfig, 'version --short']);
  });

  it.each<[rule: string, Record<string, FakeAnswer>, ComposeOptions, [string, RegExp]]>([
    [
      'a project that is refused',
      { [asksConfig]: { stderr: 'yaml: line 3', exitCode: 1 } },
      {},
      ['INVALID_ARGUMENT', /yaml: line 3/],
    ],
    [
      'compose 2.25, which prints YAML',
      { [asksConfig]: 'name: shop', 'version --short': 'v2.25.0' },
      {},
      ['UNSUPPORTED', /compose v2.25.0 cannot print/],
    ],
    [
      'compose 2.24, which prints what is not selected',
      { [asksConfig]: config(), 'build --print': { exitCode: 1 }, 'version --short': '2.24.7' },
      {},
      ['UNSUPPORTED', /compose 2.24.7 cannot print/],
    ],
    [
      'other names of images',
      {},
      { projectFlags: ['--compatibility=true'] },
      ['UNSUPPORTED', /compatibility/],
    ],
  ])('is passed through to compose: %s', async (_rule, answers, options, [code, message]) => {
    await expect(planMissing(answers, options)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });
});

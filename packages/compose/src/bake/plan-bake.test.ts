import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FakeAnswer, fakeProgram } from '../programs/fake-program.testing.js';
import { type BakeOptions, planBake } from './plan-bake.js';

const definition = { target: { default: { output: ['type=docker'], args: { A: '$${x}' } } } };

/** Plans with a bake that answers to anything that it is asked in these words. */
async function plan(words: string, answer: FakeAnswer, options: BakeOptions = {}, config = '{}') {
  const { program, cwd, calls } = fakeProgram({ [words]: answer });
  writeFileSync(join(cwd, 'config.json'), config);
  const env = { PATH: process.env.PATH, DOCKER_CONFIG: cwd };
  const set = await planBake({ program, cwd, env, ...options });
  return { set, calls: calls() };
}

describe('bake', () => {
  it.each<[words: string, options: BakeOptions]>([
    ['', {}],
    ['--file=a.hcl --file=- ', { files: ['a.hcl', '-'] }],
    ['--set=*.args.A=1 --set=b.tags=x ', { set: ['*.args.A=1', 'b.tags=x'] }],
    ['--load ', { load: true }],
    ['', { load: false }],
    ['--no-cache=true --pull=false ', { noCache: true, pull: false }],
    ['--provenance=mode=max --sbom=true ', { provenance: 'mode=max', sbom: 'true' }],
  ])('is asked in the words «%s»', async (flags, options) => {
    const words = `bake ${flags}--progress=quiet --print`;
    const { calls } = await plan(words, JSON.stringify(definition), options);
    expect(calls).toEqual([words]);
  });

  it('is asked for targets by name', async () => {
    const words = 'bake --progress=quiet a b --print';
    const { calls } = await plan(words, JSON.stringify(definition), { targets: ['a', 'b'] });
    expect(calls).toEqual([words]);
  });

  const words = 'bake --progress=quiet --print';

  it('means its escapes', async () => {
    const { set } = await plan(words, JSON.stringify(definition));
    expect(set.targets[0]?.plan.frontendAttrs).toMatchObject({ 'build-arg:A': '${x}' });
  });

  it("builds with the proxies of docker's configuration, under the targets' own", async () => {
    const config = JSON.stringify({ proxies: { default: { httpProxy: 'p', noProxy: 'n' } } });
    const target = { output: ['type=docker'], args: { http_proxy: 'own' } };
    const printed = JSON.stringify({ target: { default: target } });
    const { set } = await plan(words, printed, {}, config);
    const attrs = Object.entries(set.targets[0]?.plan.frontendAttrs ?? {});
    expect(Object.fromEntries(attrs.filter(([key]) => key.startsWith('build-arg:')))).toEqual({
      'build-arg:http_proxy': 'own',
      'build-arg:NO_PROXY': 'n',
    });
  });

  it.each<[rule: string, code: string, answer: FakeAnswer]>([
    [
      'its files',
      'INVALID_ARGUMENT',
      { stderr: 'ERROR: a.hcl:3: no such variable\n', exitCode: 1 },
    ],
    ['what is not printed as JSON', 'PROTOCOL', 'nothing'],
    [
      'what is not allowed',
      'PERMISSION_DENIED',
      JSON.stringify({ target: { default: { output: ['type=docker'], context: '/' } } }),
    ],
    ['another output', 'UNSUPPORTED', JSON.stringify({ target: { default: {} } })],
  ])('may refuse %s', async (_rule, code, answer) => {
    await expect(plan(words, answer)).rejects.toMatchObject({ code });
  });

  it('may be in a folder that is named from the current one', async () => {
    const context = { target: { default: { output: ['type=docker'], context: 'inside' } } };
    const { program, cwd } = fakeProgram({ [words]: JSON.stringify(context) });
    const env = { PATH: process.env.PATH, DOCKER_CONFIG: cwd };
    const { targets } = await planBake({ program, cwd: relative(process.cwd(), cwd), env });
    expect(targets[0]?.plan.locals).toContainEqual({
      name: 'context',
      directory: join(cwd, 'inside'),
    });
  });

  it('is quoted when it refuses', async () => {
    const answer = { stderr: 'ERROR: failed to parse\n', exitCode: 1 };
    await expect(plan(words, answer)).rejects.toThrow(
      'bake refuses its files: ERROR: failed to parse',
    );
  });
});

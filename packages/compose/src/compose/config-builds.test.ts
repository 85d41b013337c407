import { describe, expect, it } from 'vitest';
import { type FakeAnswer, fakeProgram } from '../programs/fake-program.testing.js';
import type { ComposeOptions } from './compose-options.js';
import { planCompose } from './plan-compose.js';

const project = {
  name: 'shop',
  services: {
    base: { build: { context: '/work/base' } },
    web: {
      build: {
        context: '/work/web',
        args: { PRICE: '5 $$' },
        additional_contexts: { b: 'service:base' },
      },
      depends_on: { db: {}, tool: {} },
    },
    tool: { build: { context: '/work/tool' } },
    db: { image: 'db' },
  },
};

const config = (words = '') => `config --format json${words}`;

/** Plans with a compose that has no `build --print`. */
async function plan(
  answers: Readonly<Record<string, FakeAnswer>>,
  { version = '2.34.0', env, ...options }: ComposeOptions & { version?: string } = {},
) {
  const { program, cwd } = fakeProgram({ 'version --short': `${version}\n`, ...answers });
  const environment = { PATH: process.env.PATH, DOCKER_CONFIG: cwd, ...env };
  return planCompose({ program, cwd, env: environment, ...options });
}

const printed = (changes: object = {}) => JSON.stringify({ ...project, ...changes });
const namesOf = ({ wanted }: { wanted: readonly string[] }) => [...wanted].sort();

describe('the builds of a compose that cannot print them', () => {
  it('are those of all services with a build', async () => {
    const set = await plan({ [config()]: { stdout: printed(), stderr: 'a warning' } });
    expect(namesOf(set)).toEqual(['base', 'tool', 'web']);
    expect(set.warnings).toBe('a warning');
    const web = set.targets.find(({ name }) => name === 'web');
    expect(web?.needs).toEqual(['base']);
    expect(web?.plan.frontendAttrs).toMatchObject({
      'build-arg:PRICE': '5 $',
      'label:com.docker.compose.version': '2.34.0',
    });
  });

  it.each<[rule: string, options: ComposeOptions, wanted: string[]]>([
    ['named ones', { services: ['tool'] }, ['tool']],
    ['named ones and the services that they begin with', { services: ['web'] }, ['base', 'web']],
    [
      'named ones with all that they depend on',
      { services: ['web'], withDependencies: true },
      ['base', 'tool', 'web'],
    ],
    ['none, for a service without a build', { services: ['db'] }, []],
  ])('are %s', async (_rule, options, wanted) => {
    const words = options.services?.map((name) => ` ${name}`).join('');
    expect(namesOf(await plan({ [config(words)]: printed() }, options))).toEqual(wanted);
  });

  it("have the command line's arguments, without a value those of the environment", async () => {
    const options = { services: ['tool'], buildArgs: ['A=1=2', 'B', 'NONE'], env: { B: 'b' } };
    const { targets } = await plan({ [config(' tool')]: printed() }, options);
    const attrs = Object.entries(targets[0]?.plan.frontendAttrs ?? {});
    expect(attrs.filter(([key]) => key.startsWith('build-arg:'))).toEqual([
      ['build-arg:A', '1=2'],
      ['build-arg:B', 'b'],
    ]);
  });

  it('know no date of the source, which is a matter of buildx', async () => {
    const options = { services: ['tool'], env: { SOURCE_DATE_EPOCH: '7' } };
    const { targets, env } = await plan({ [config(' tool')]: printed() }, options);
    expect(Object.keys(targets[0]?.plan.frontendAttrs ?? {})).not.toContain(
      'build-arg:SOURCE_DATE_EPOCH',
    );
    expect(env).not.toHaveProperty('SOURCE_DATE_EPOCH');
  });

  it('are refused with the words of compose', async () => {
    const broken = { stderr: 'yaml: line 3', exitCode: 15 };
    const planning = plan({ [config()]: broken, 'config --quiet': { exitCode: 15 } });
    await expect(planning).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'compose config refuses the project: yaml: line 3',
    });
  });

  it('are passed through to compose where it cannot write the project', async () => {
    const broken = { stderr: 'json: error', exitCode: 1 };
    const planning = plan({ [config()]: broken, 'config --quiet': '' });
    await expect(planning).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });

  it.each(['2.24.0', '2.24.7', '2.25.0'])(
    'are passed through to compose %s, which prints all services, or no JSON',
    async (version) => {
      const answers = { [config()]: { stdout: 'name: shop\n' } };
      await expect(plan(answers, { version })).rejects.toMatchObject({
        code: 'UNSUPPORTED',
        message: `compose ${version} cannot print the selected services as JSON`,
      });
    },
  );

  it.each(['2.23.3', '2.26.0'])('are read from compose %s', async (version) => {
    const answers = { [config(' tool')]: printed({ services: { tool: project.services.tool } }) };
    expect(namesOf(await plan(answers, { version, services: ['tool'] }))).toEqual(['tool']);
  });

  it('are asked for once, also before containers', async () => {
    const { program, cwd, calls } = fakeProgram({
      'version --short': '2.34.0\n',
      [config(' tool')]: printed(),
    });
    const env = { PATH: process.env.PATH, DOCKER_CONFIG: cwd };
    await planCompose({ program, cwd, env, services: ['tool'], containersBy: 'up' });
    expect(calls().sort()).toEqual([
      'build tool --print',
      'config --format json tool',
      'version --short',
    ]);
  });

  it.each<[rule: string, options: ComposeOptions]>([
    ['by a flag', { projectFlags: ['--compatibility'] }],
    ['by the environment', { env: { COMPOSE_COMPATIBILITY: 'true' } }],
  ])('are passed through to compose where %s images have other names', async (_rule, options) => {
    const flags = (options.projectFlags ?? []).map((flag) => `${flag} `).join('');
    const answers = { [`${flags}version --short`]: '2.34.0', [`${flags}${config()}`]: printed() };
    await expect(plan(answers, options)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });
});

describe('a secret from a variable', () => {
  const secret = {
    services: { web: { build: { context: '/work', secrets: [{ source: 'tok' }] } } },
    secrets: { tok: { environment: 'TOKEN' }, unused: { environment: 'OTHER' } },
  };
  const answers = { [config()]: printed(secret), 'config --environment': 'TOKEN=dotted\n' };

  it.each([
    ["the user's", '2.26.1', { TOKEN: 'mine' }, 'mine'],
    ["the user's, whatever the project sets", '2.28.0', { TOKEN: 'mine' }, 'mine'],
    ["the project's", '2.28.0', {}, 'dotted'],
  ])('is %s', async (_rule, version, given, value) => {
    const { targets, env } = await plan(answers, { version, env: given });
    expect(targets[0]?.plan.secrets).toEqual([{ id: 'tok', type: 'env', name: 'TOKEN' }]);
    expect(env.TOKEN).toBe(value);
  });

  it('is passed through to a compose that does not tell it', async () => {
    await expect(plan(answers, { version: '2.27.3' })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: 'secret variable TOKEN is not set',
    });
  });
});

it('a compose that can print its builds is believed when it refuses', async () => {
  const refusal = { stderr: 'no such service: web', exitCode: 1 };
  const options = { version: '2.35.0', services: ['web'] };
  await expect(plan({ 'build web --print': refusal }, options)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: 'compose build refuses the project: no such service: web',
  });
});

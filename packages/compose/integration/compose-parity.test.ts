import { randomBytes } from 'node:crypto';
import { outputOf, runCommand, useTestbed } from '@warmdock/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { planCompose, runPlans } from '../src/index.js';
import { type ComposeProject, composeProjects } from './compose-projects.js';
import { folderOf } from './support/folder.js';
import { imagesOf, removeImages } from './support/images.js';
import { useRemoteBuilder } from './support/remote-builder.js';

const shared = useRemoteBuilder();

type Compose = 'compose' | 'oldCompose';

/** The project under a name of its own, in a folder. */
function prepare({ files, flags = [], env = {} }: ComposeProject, compose: Compose) {
  const name = `it${randomBytes(5).toString('hex')}`;
  const named = Object.entries(files).map(([path, text]) => [path, text.replaceAll('NAME', name)]);
  const { clients, classic } = useTestbed();
  const host = classic.host;
  onTestFinished(() => removeImages(host, name));
  return {
    name,
    host,
    cwd: folderOf(Object.fromEntries(named)),
    env: { ...shared, ...env, DOCKER_HOST: host },
    program: [...clients.prefix, clients[compose]],
    projectFlags: ['-p', name, ...flags],
  };
}

function buildWords({ services = [], ...build }: NonNullable<ComposeProject['build']>): string[] {
  return [
    'build',
    ...(build.withDependencies ? ['--with-dependencies'] : []),
    ...(build.noCache ? ['--no-cache'] : []),
    ...(build.pull ? ['--pull'] : []),
    ...(build.buildArgs ?? []).map((pair) => `--build-arg=${pair}`),
    ...services,
  ];
}

describe.each<[string, Compose, readonly ComposeProject[]]>([
  ['compose', 'compose', composeProjects],
  ['compose 2.26', 'oldCompose', composeProjects.filter(({ since }) => since === undefined)],
])('images are those of %s itself, with', (_, compose, projects) => {
  test.each(projects.map((each) => [each.title, each] as const))('%s', async (_, project) => {
    const { name, host, cwd, env, program, projectFlags } = prepare(project, compose);
    const words = [...program, ...projectFlags, ...buildWords(project.build ?? {})];
    await outputOf(runCommand(words, { cwd, env }));
    const theirs = await imagesOf(host, name);
    await removeImages(host, name);

    const plan = await planCompose({ program, projectFlags, cwd, env, ...project.build });
    await runPlans(plan, { env: plan.env });
    expect(await imagesOf(host, name)).toEqual(theirs);
    const expected = project.images.map((image) => new RegExp(`^${name}-${image}(:latest)?$`));
    for (const image of expected)
      expect(Object.keys(theirs)).toContainEqual(expect.stringMatching(image));
    expect(Object.keys(theirs)).toHaveLength(expected.length);
  });
});

const later = composeProjects.filter(({ since }) => since !== undefined);
test.each(later.map((each) => [each.title, each] as const))(
  'compose 2.26 has to build itself: %s',
  async (_, project) => {
    const { cwd, env, program, projectFlags } = prepare(project, 'oldCompose');
    const planning = planCompose({ program, projectFlags, cwd, env, ...project.build });
    await expect(planning).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  },
);

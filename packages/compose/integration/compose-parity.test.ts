import { imagesOf, removeImages, useTestbed } from '@warmdock/testkit';
import { describe, expect, test } from 'vitest';
import { type ComposeProject, composeProjects } from './compose-projects.js';
import { type Compose, prepare } from './support/project.js';
import { useRemoteBuilder } from './support/remote-builder.js';

const env = useRemoteBuilder();
const [earlier, later] = [
  composeProjects.filter(({ since }) => since === undefined),
  composeProjects.filter(({ since }) => since !== undefined),
];
const titled = (projects: readonly ComposeProject[]) =>
  projects.map((each) => [each.title, each] as const);

describe.each<[string, Compose, readonly ComposeProject[]]>([
  ['compose', 'compose', composeProjects],
  ['compose 2.26', 'oldCompose', earlier],
])('images are those of %s itself, with', (_, compose, projects) => {
  test.each(titled(projects))('%s', async (_, project) => {
    const { host } = useTestbed().classic;
    const { name, buildByCompose, buildByWarmdock } = prepare(project, { compose, host, env });
    await buildByCompose();
    const theirs = await imagesOf(host, name);
    await removeImages(host, name);

    await buildByWarmdock();
    expect(await imagesOf(host, name)).toEqual(theirs);
    const expected = project.images.map((image) => new RegExp(`^${name}-${image}(:latest)?$`));
    for (const image of expected)
      expect(Object.keys(theirs)).toContainEqual(expect.stringMatching(image));
    expect(Object.keys(theirs)).toHaveLength(expected.length);
  });
});

test.each(titled(later))('compose 2.26 is left alone with %s', async (_, project) => {
  const { host } = useTestbed().classic;
  const { plan } = prepare(project, { compose: 'oldCompose', host, env });
  await expect(plan()).rejects.toMatchObject({ code: 'UNSUPPORTED' });
});

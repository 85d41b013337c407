import { removeImages, useTestbed } from '@warmdock/testkit';
import { describe, expect, test } from 'vitest';
import { composeProjects } from './compose-projects.js';
import { contentsOf } from './support/images.js';
import { type Compose, prepare } from './support/project.js';
import { useRemoteBuilder } from './support/remote-builder.js';

const chosen = [
  'dockerfile, target, args and labels',
  'further tags',
  'one context, several Dockerfiles and targets',
  'a service as the context of another one',
  'secrets from a file and from the environment',
  'a platform of the service',
];
const projects = composeProjects.filter(({ title }) => chosen.includes(title));

/** As compose writes it on what it builds. */
const composeLabels = (project: string) => ({
  'com.docker.compose.project': project,
  'com.docker.compose.service': expect.stringMatching(/./),
  'com.docker.compose.version': expect.stringMatching(/^\d+\.\d+\.\d+$/),
});

const stores = ['classic', 'containerd'] as const;
const composes: readonly Compose[] = ['compose', 'oldCompose'];
const settings = useTestbed().buildkits.flatMap(({ name, address }) =>
  stores.flatMap((store) => composes.map((compose) => ({ name, address, store, compose }))),
);

describe.each(settings)(
  'with $compose, from the $name BuildKit into the $store store, images are those of compose, with',
  ({ address, store, compose }) => {
    const env = useRemoteBuilder(() => address);
    const able = projects.filter(({ since }) => compose === 'compose' || since === undefined);

    test.each(able.map((each) => [each.title, each] as const))('%s', async (_, project) => {
      const { host } = useTestbed()[store];
      const { name, buildByCompose, buildByWarmdock } = prepare(project, { compose, host, env });
      await buildByCompose();
      const theirs = await contentsOf(host, name);
      await removeImages(host, name);

      await buildByWarmdock();
      expect(await contentsOf(host, name)).toEqual(theirs);
      expect(Object.keys(theirs)).toHaveLength(project.images.length);
      for (const image of Object.values(theirs))
        expect(image).toMatchObject({ Config: { Labels: composeLabels(name) } });
    });
  },
);

import type { Engine } from '@warmdock/core';
import { expect, it } from 'vitest';
import { buildsBefore } from './before-containers.js';

const definition = (target: object = {}) => ({
  target: { web: { labels: { 'com.docker.compose.service': 'web' }, tags: ['web'], ...target } },
  group: { default: { targets: ['web'] } },
});

/** A daemon without images. */
const empty: Pick<Engine, 'inspectImage' | 'resolveImage'> = {
  resolveImage: async () => undefined,
  inspectImage: async () => undefined,
};
const missingIn = empty as Engine;

it('of several platforms a container has one, its own or the default one or that of the builder', async () => {
  const several = definition({
    platforms: ['linux/arm64', 'linux/amd64'],
    output: ['type=image,push=false'],
  });
  const target = async (service: object, env = {}) => {
    const { definition } = await buildsBefore(several, { web: service }, { env });
    return definition.target.web;
  };
  const output = ['type=docker'];
  expect(await target({})).toMatchObject({ platforms: [], output });
  expect(await target({ platform: 'linux/arm64' })).toMatchObject({
    platforms: ['linux/arm64'],
    output,
  });
  const env = { DOCKER_DEFAULT_PLATFORM: 'linux/amd64' };
  expect(await target({}, env)).toMatchObject({ platforms: ['linux/amd64'], output });
});

it('all are built where that is asked for, and compose must not build again', async () => {
  const services = { web: { build: {}, pull_policy: 'never' } };
  const before = await buildsBefore(definition(), services, { containersBy: 'run' });
  expect(before).toMatchObject({
    definition: { group: { default: { targets: ['web'] } } },
    mustNotBuild: true,
  });
});

it('else those that are missing, which compose does not build again', async () => {
  const before = await buildsBefore(definition(), { web: { build: {} } }, { missingIn, env: {} });
  expect(before).toMatchObject({
    definition: { group: { default: { targets: ['web'] } } },
    mustNotBuild: false,
  });
});

it('what is built each time is built once by `up --no-build`, and left where there is no such flag', async () => {
  const services = { web: { build: {}, pull_policy: 'build' } };
  const options = { missingIn, env: {} };
  expect(await buildsBefore(definition(), services, options)).toMatchObject({ mustNotBuild: true });
  await expect(
    buildsBefore(definition(), services, { ...options, containersBy: 'run' }),
  ).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    message: 'service web is built each time',
  });
});

import { expect, it } from 'vitest';
import { buildsForContainers, buildsOfServices } from './container-builds.js';

const target = (service: string, more: object = {}) => ({
  labels: { 'com.docker.compose.service': service },
  ...more,
});

it('those of wanted services are left, and those of services that get no container', () => {
  const definition = {
    target: { web: target('web'), a_b: target('a.b'), base: target('base'), db: target('db') },
    group: { default: { targets: ['web', 'a_b', 'base'] }, other: { targets: ['db'] } },
  };
  const services = { web: {}, 'a.b': {}, db: {} };
  expect(buildsOfServices(definition, ['a.b'], services)).toEqual({
    ...definition,
    group: { default: { targets: ['a_b', 'base'] }, other: { targets: ['db'] } },
  });
});

it('of several platforms a container has one, its own or the default one or that of the builder', () => {
  const several = {
    target: {
      web: target('web', {
        platforms: ['linux/arm64', 'linux/amd64'],
        output: ['type=image,push=false'],
      }),
    },
  };
  const made = (service: object, env = {}) =>
    buildsForContainers(several, { web: service }, env).target.web;
  const output = ['type=docker'];
  expect(made({})).toMatchObject({ platforms: [], output });
  expect(made({ platform: 'linux/arm64' })).toMatchObject({ platforms: ['linux/arm64'], output });
  const env = { DOCKER_DEFAULT_PLATFORM: 'linux/amd64' };
  expect(made({}, env)).toMatchObject({ platforms: ['linux/amd64'], output });
});

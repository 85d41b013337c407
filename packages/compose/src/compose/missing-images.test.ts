import type { Engine } from '@warmdock/core';
import type { ImageInspect } from '@warmdock/core/engine';
import { parseDigest } from '@warmdock/core/oci';
import { describe, expect, it } from 'vitest';
import { missingImages } from './missing-images.js';
import type { ServiceImage } from './project-images.js';

const digest = parseDigest(`sha256:${'1'.repeat(64)}`);

/** A daemon with these images of linux/amd64, whose registry has the others. */
function daemon(held: readonly string[], inRegistry: readonly string[]) {
  const asked: string[] = [];
  const nameOf = ({ path = '' }) => path.replace('library/', '');
  const engine: Pick<Engine, 'inspectImage' | 'isInRegistry' | 'resolveImage'> = {
    resolveImage: async (reference) => (held.includes(nameOf(reference)) ? digest : undefined),
    inspectImage: async (name) =>
      held.includes(name)
        ? ({ platform: { os: 'linux', architecture: 'amd64' } } as ImageInspect)
        : undefined,
    isInRegistry: async (reference) => {
      asked.push(nameOf(reference));
      return inRegistry.includes(nameOf(reference));
    },
  };
  return { engine: engine as Engine, asked };
}

interface Case {
  readonly service: ServiceImage;
  readonly pullPolicy?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly held?: boolean;
  readonly inRegistry?: boolean;
}

/** What becomes of the only service of a project. */
async function decide({ service, pullPolicy, env = {}, held, inRegistry }: Case) {
  const image = service.image ?? 'shop-web';
  const { engine, asked } = daemon(held ? [image] : [], inRegistry ? [image] : []);
  const project = { name: 'shop', services: { web: { build: {}, ...service } } };
  const { services, rebuilt } = await missingImages(project, {
    engine,
    pullPolicy,
    env: { DOCKER_CONFIG: '/nowhere', ...env },
  });
  const fate = rebuilt ? 'rebuilt' : services.length > 0 ? 'built' : 'left';
  return { fate, asked: asked.length > 0 };
}

const named = { image: 'app' };
const built = { fate: 'built', asked: false };
const builtAfterAsking = { fate: 'built', asked: true };
const left = { fate: 'left', asked: false };
const leftAfterAsking = { fate: 'left', asked: true };
const rebuilt = { fate: 'rebuilt', asked: false };

describe('a service', () => {
  it.each<[rule: string, one: Case, expected: object]>([
    ['whose image is missing is built', { service: {} }, built],
    ['whose image is there is left', { service: {}, held: true }, left],
    [
      'with a name for its image is built if no registry has it',
      { service: named },
      builtAfterAsking,
    ],
    [
      'and passed through to be pulled if one has it',
      { service: named, inRegistry: true },
      leftAfterAsking,
    ],
    ['and left if it is there', { service: named, held: true, inRegistry: true }, left],
  ])('%s', async (_rule, one, expected) => {
    expect(await decide(one)).toEqual(expected);
  });
});

describe('the pull policy', () => {
  it.each<[pull_policy: string, missing: object, held: object]>([
    ['missing', leftAfterAsking, left],
    ['if_not_present', leftAfterAsking, left],
    ['always', leftAfterAsking, left],
    ['daily', leftAfterAsking, left],
    ['never', built, left],
    ['build', rebuilt, rebuilt],
  ])('%s, of a service or by --pull', async (pull_policy, missing, held) => {
    const service = { ...named, pull_policy };
    expect(await decide({ service, inRegistry: true })).toEqual(missing);
    expect(await decide({ service, inRegistry: true, held: true })).toEqual(held);
    const flag = { service: { ...named, pull_policy: 'other' }, pullPolicy: pull_policy };
    expect(await decide({ ...flag, inRegistry: true })).toEqual(missing);
    expect(await decide({ ...flag, inRegistry: true, held: true })).toEqual(held);
  });
});

describe('an image for another platform is as good as missing', () => {
  it.each<[string, Case, object]>([
    ['of the service', { service: { platform: 'linux/arm64' } }, built],
    ['by default', { service: {}, env: { DOCKER_DEFAULT_PLATFORM: 'linux/arm64' } }, built],
    [
      'the service has the last word',
      { service: { platform: 'linux/x86_64' }, env: { DOCKER_DEFAULT_PLATFORM: 'linux/arm64' } },
      left,
    ],
  ])('%s', async (_, one, expected) => {
    expect(await decide({ ...one, held: true })).toEqual(expected);
  });
});

const env = { DOCKER_CONFIG: '/nowhere' };
const shop = (services: Record<string, ServiceImage>) => ({ name: 'shop', services });

it('only the services that compose may build are looked at', async () => {
  const project = shop({ web: { build: {} }, db: { build: {} }, plain: { image: 'plain' } });
  const { engine } = daemon([], []);
  const missing = async (services?: string[]) =>
    (await missingImages(project, { engine, env, services })).services;
  expect(await missing()).toEqual(['web', 'db']);
  expect(await missing(['db', 'plain'])).toEqual(['db']);
});

it('an image that another service pulls is left, though this one would build it', async () => {
  const project = shop({
    web: { build: {}, image: 'app', pull_policy: 'never' },
    worker: { image: 'app' },
  });
  const { engine } = daemon([], ['app']);
  expect((await missingImages(project, { engine, env })).services).toEqual([]);
});

it('a context that gets no container is built each time: compose does not look for its image', async () => {
  const build = { additional_contexts: { b: 'service:base', c: './c', d: null } };
  const { engine } = daemon(['shop-web', 'shop-base'], []);
  const missing = (services: Record<string, ServiceImage>) =>
    missingImages(shop(services), { engine, env });
  expect(await missing({ web: { build } })).toEqual({
    services: [],
    rebuilt: 'base',
    lookedFor: undefined,
  });
  expect(await missing({ web: { build }, base: { build: {} } })).toEqual({
    services: [],
    rebuilt: undefined,
    lookedFor: ['shop-web', 'shop-base'],
  });
});

it('what is built each time and what may be pulled cannot be told compose together', async () => {
  const project = shop({
    web: { build: {}, pull_policy: 'build' },
    app: { build: {}, image: 'app' },
  });
  const { engine } = daemon([], ['app']);
  await expect(missingImages(project, { engine, env })).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    message: 'service web is built each time, and compose pulls the image of service app',
  });
});

it('says which images there have to be, where their names are enough', async () => {
  const { engine } = daemon(['shop-web'], []);
  const lookedFor = async (web: ServiceImage, more = {}) => {
    const project = shop({ web: { build: {}, ...web }, db: { build: {}, image: 'db' } });
    return (await missingImages(project, { engine, env: { ...env, ...more } })).lookedFor;
  };
  expect(await lookedFor({})).toEqual(['shop-web', 'db']);
  expect(await lookedFor({ pull_policy: 'always' })).toEqual(['shop-web', 'db']);
  expect(await lookedFor({ pull_policy: 'build' })).toBeUndefined();
  expect(await lookedFor({ platform: 'linux/amd64' })).toBeUndefined();
  expect(await lookedFor({}, { DOCKER_DEFAULT_PLATFORM: 'linux/amd64' })).toBeUndefined();
});

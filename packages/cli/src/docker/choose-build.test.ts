import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { chooseRouted } from './choose-build.js';
import { route } from './routing/route.js';
import { temporaryFolder } from './shim.testing.js';

let config: string;
beforeEach(() => {
  config = temporaryFolder();
});

function write(path: string, content: unknown): void {
  mkdirSync(join(config, path, '..'), { recursive: true });
  writeFileSync(join(config, path), JSON.stringify(content));
}

function builder(name: string, fields: object = {}, DriverOpts: object | null = null): void {
  const Nodes = [{ Name: `${name}0`, Endpoint: `tcp://${name}:1`, DriverOpts }];
  write(`buildx/instances/${name}`, { Name: name, Driver: 'remote', Nodes, ...fields });
}

function use(Name: string): void {
  write('buildx/current', { Key: 'unix:///var/run/docker.sock', Name });
}

/** The name of the builder, or why there is none. */
function chosen(line: string, env: NodeJS.ProcessEnv = {}): string {
  const routed = route(line.split(' '), { DOCKER_CONFIG: config, ...env });
  if (routed.action !== 'build') throw new Error(`it is no build: ${JSON.stringify(routed)}`);
  const choice = chooseRouted(routed);
  return 'passThroughReason' in choice
    ? choice.passThroughReason
    : `${choice.builder.name} by ${choice.rule}`;
}

const daemon = 'docker build uses the daemon itself unless BUILDX_BUILDER names a builder';
const stays = 'without --load the result stays in builder "far"';

describe('with a remote builder that docker buildx use chose', () => {
  beforeEach(() => {
    builder('far');
    builder('other');
    use('far');
  });

  test.each<[line: string, env: NodeJS.ProcessEnv, expected: string]>([
    ['build .', {}, daemon],
    ['build --load .', {}, daemon],
    ['image build .', { BUILDX_BUILDER: '' }, daemon],
    ['builder build .', {}, daemon],
    ['build .', { BUILDX_BUILDER: 'other' }, 'other by BUILDX_BUILDER'],
    ['build --builder far .', { BUILDX_BUILDER: 'other' }, 'far by name'],
    ['build --builder FAR .', {}, 'far by name'],
    ['buildx build .', {}, stays],
    ['buildx build --load .', {}, 'far by selected'],
    ['buildx --builder other build -o type=docker .', {}, 'other by name'],
    ['build --builder default .', {}, `builder "default" is a docker daemon's own BuildKit`],
    [
      'build --builder far .',
      { BUILDX_NO_DEFAULT_LOAD: '1' },
      'BUILDX_NO_DEFAULT_LOAD=1 leaves the result in the builder',
    ],
    ['build --builder far .', { BUILDX_NO_DEFAULT_LOAD: 'x' }, 'far by name'],
    ['build --load --builder far .', { BUILDX_NO_DEFAULT_LOAD: '1' }, 'far by name'],
  ])('%s with %j: %s', (line, env, expected) => {
    expect(chosen(line, env)).toBe(expected);
  });

  test.each<[line: string, aliases: object, expected: string]>([
    ['build .', { builder: 'buildx' }, stays],
    ['build --load .', { builder: 'buildx' }, 'far by selected'],
    ['image build --load .', { builder: 'buildx' }, 'far by selected'],
    ['build --load --builder other .', { builder: 'buildx' }, 'other by name'],
    [
      'build --load .',
      { builder: 'mine' },
      `builds are for "mine", by an alias in docker's config.json`,
    ],
    ['build --load .', { builder: '' }, `builds are for "", by an alias in docker's config.json`],
    ['buildx build --load .', { builder: 'mine' }, 'far by selected'],
    ['buildx build --load .', { b: 'buildx' }, 'docker takes no alias such as "b"'],
    ['build .', {}, daemon],
  ])('%s with the aliases %j: %s', (line, aliases, expected) => {
    write('config.json', { aliases });
    expect(chosen(line)).toBe(expected);
  });
});

describe('with a builder whose results are loaded by default', () => {
  beforeEach(() => {
    builder('far', {}, { 'default-load': 'true' });
    use('far');
  });

  test.each<[line: string, env: NodeJS.ProcessEnv, expected: string]>([
    ['buildx build .', {}, 'far by selected'],
    ['buildx build --load .', {}, 'far by selected'],
    ['build --builder far .', {}, 'far by name'],
    [
      'buildx build .',
      { BUILDX_NO_DEFAULT_LOAD: 'true' },
      'BUILDX_NO_DEFAULT_LOAD=true leaves the result in the builder',
    ],
  ])('%s with %j: %s', (line, env, expected) => {
    expect(chosen(line, env)).toBe(expected);
  });
});

test('a builder of another driver is refused, to be passed through to docker', () => {
  builder('far', { Driver: 'kubernetes' });
  expect(() => chosen('build --builder far .')).toThrow(/has the driver kubernetes/);
});

test('a builder in a container is chosen', () => {
  builder('far', { Driver: 'docker-container' });
  expect(chosen('build --builder far .')).toBe('far by name');
});

test("one whose container's daemon only ssh leads to is refused, to be passed through to docker", () => {
  const Nodes = [{ Name: 'far0', Endpoint: 'ssh://user@host' }];
  builder('far', { Driver: 'docker-container', Nodes });
  expect(() => chosen('build --builder far .')).toThrow(/ssh:\/\/ is not supported/);
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { contextId } from '../docker/contexts.js';
import { chooseBuilder, explainBuilder } from './buildx-store.js';

let home: string;
let env: NodeJS.ProcessEnv;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'warmdock-buildx-'));
  env = { HOME: home };
});
afterEach(() => rmSync(home, { recursive: true }));

function write(path: string, content: unknown): void {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
}

function builder(name: string, fields: object = {}, node: object = {}): void {
  const nodes = [
    {
      Name: `${name}0`,
      Endpoint: `tcp://${name}:1234`,
      Platforms: null,
      DriverOpts: null,
      ...node,
    },
  ];
  write(`.docker/buildx/instances/${name}`, {
    Name: name,
    Driver: 'remote',
    Nodes: nodes,
    Dynamic: false,
    ...fields,
  });
}

function context(name: string): void {
  write(`.docker/contexts/meta/${contextId(name)}/meta.json`, { Name: name, Endpoints: {} });
}

function use(Name: string, Key = 'unix:///var/run/docker.sock', Global = false): void {
  write('.docker/buildx/current', { Key, Name, Global });
}

const dialled = (host: string) => ({
  kind: 'address',
  name: host,
  node: `${host}0`,
  address: { kind: 'tcp', host, port: 1234 },
  driver: 'remote',
  loadsByDefault: false,
});
const embedded = (name: string) => ({ kind: 'engine', name, context: name });

describe('which builder is chosen', () => {
  test('without any files the default docker context', () => {
    expect(chooseBuilder({ env })).toEqual(embedded('default'));
  });

  test('a name beats BUILDX_BUILDER, which beats the one in use', () => {
    for (const name of ['named', 'env', 'used']) builder(name);
    use('used');
    expect(chooseBuilder({ env })).toEqual(dialled('used'));
    env.BUILDX_BUILDER = 'env';
    expect(chooseBuilder({ env })).toEqual(dialled('env'));
    expect(chooseBuilder({ env, name: 'named' })).toEqual(dialled('named'));
  });

  test('names are looked up in lower case', () => {
    builder('mixed');
    expect(chooseBuilder({ env, name: 'MiXed' })).toMatchObject({ address: { host: 'mixed' } });
  });

  test('a stored builder beats a docker context of the same name', () => {
    builder('both');
    context('both');
    expect(chooseBuilder({ env, name: 'both' })).toEqual(dialled('both'));
  });

  test('a docker context stands for its embedded builder', () => {
    context('Other Host');
    expect(chooseBuilder({ env, name: 'Other Host' })).toEqual(embedded('Other Host'));
    expect(chooseBuilder({ env, name: 'default' })).toEqual(embedded('default'));
  });

  test('a builder of the docker driver is the embedded one of its context', () => {
    context('remote');
    builder('old', { Driver: 'docker' }, { Endpoint: 'remote' });
    expect(chooseBuilder({ env, name: 'old' })).toEqual({
      kind: 'engine',
      name: 'old',
      context: 'remote',
    });
  });

  test('of several nodes the first', () => {
    const Nodes = [{ Endpoint: 'tcp://first:1' }, { Endpoint: 'tcp://second:2' }];
    builder('many', { Nodes });
    expect(chooseBuilder({ env, name: 'many' })).toMatchObject({
      address: { host: 'first', port: 1 },
    });
  });

  test('BUILDX_CONFIG and DOCKER_CONFIG move the store', () => {
    write('elsewhere/buildx/instances/b', {
      Driver: 'remote',
      Nodes: [{ Endpoint: 'unix:///run/b.sock' }],
    });
    const expected = { kind: 'address', name: 'b', address: { kind: 'unix', path: '/run/b.sock' } };
    expect(
      chooseBuilder({ name: 'b', env: { DOCKER_CONFIG: join(home, 'elsewhere') } }),
    ).toMatchObject(expected);
    expect(
      chooseBuilder({ name: 'b', env: { ...env, BUILDX_CONFIG: join(home, 'elsewhere/buildx') } }),
    ).toMatchObject(expected);
  });
});

describe('the builder in use', () => {
  test.each<[rule: string, key: string, environment: NodeJS.ProcessEnv, applies: boolean]>([
    ['applies to the default host', 'unix:///var/run/docker.sock', {}, true],
    ['applies to the host of DOCKER_HOST', 'tcp://h:2375', { DOCKER_HOST: 'tcp://h:2375' }, true],
    ['applies to DOCKER_HOST without a port', 'tcp://h:2375', { DOCKER_HOST: 'h' }, true],
    ['applies to a context by name', 'ctx', { DOCKER_CONTEXT: 'ctx' }, true],
    ['does not apply to another host', 'tcp://h:2375', {}, false],
    [
      'does not apply to another context',
      'unix:///var/run/docker.sock',
      { DOCKER_CONTEXT: 'ctx' },
      false,
    ],
    [
      'goes by DOCKER_HOST before DOCKER_CONTEXT',
      'ctx',
      { DOCKER_CONTEXT: 'ctx', DOCKER_HOST: 'tcp://h:1' },
      false,
    ],
  ])('%s', (_rule, key, environment, applies) => {
    builder('used');
    context('ctx');
    use('used', key);
    const chosen = chooseBuilder({ env: { ...env, ...environment } });
    expect(chosen.name === 'used').toBe(applies);
  });

  test('applies to the current context of config.json', () => {
    builder('used');
    context('ctx');
    write('.docker/config.json', { currentContext: 'ctx' });
    expect(chooseBuilder({ env })).toEqual(embedded('ctx'));
    use('used', 'ctx');
    expect(chooseBuilder({ env })).toEqual(dialled('used'));
  });

  test('applies everywhere when it is global', () => {
    builder('used');
    use('used', 'tcp://elsewhere:1', true);
    expect(chooseBuilder({ env })).toEqual(dialled('used'));
  });

  test('that was removed gives way to the docker context', () => {
    use('gone');
    expect(chooseBuilder({ env })).toEqual(embedded('default'));
  });

  test('may be remembered per docker endpoint', () => {
    builder('kept');
    use('', '');
    write(
      `.docker/buildx/defaults/${contextId('unix:///var/run/docker.sock').slice(0, 20)}`,
      'kept',
    );
    expect(chooseBuilder({ env })).toEqual(dialled('kept'));
  });
});

describe('results are loaded by default', () => {
  test.each([
    ['true', true],
    ['1', true],
    ['F', false],
    [undefined, false],
  ])('where default-load is %j: %j', (option, loadsByDefault) => {
    builder('b', {}, { DriverOpts: { 'default-load': option } });
    expect(chooseBuilder({ env, name: 'b' })).toMatchObject({ loadsByDefault });
  });

  test.each(['yes', '', true])('or the builder is refused, where it is %j', (option) => {
    builder('b', {}, { DriverOpts: { 'default-load': option } });
    expect(() => chooseBuilder({ env, name: 'b' })).toThrow(
      /default-load is neither true nor false/,
    );
  });
});

describe('TLS of a remote builder', () => {
  const files = { cacert: '/ca.pem', cert: '/cert.pem', key: '/key.pem' };

  test('comes from its driver options', () => {
    builder('b', {}, { DriverOpts: { ...files, servername: 'hub', 'default-load': 'true' } });
    expect(chooseBuilder({ env, name: 'b' })).toMatchObject({
      address: { tls: { ca: '/ca.pem', cert: '/cert.pem', key: '/key.pem', serverName: 'hub' } },
    });
  });

  test('is off without any of them', () => {
    builder('b', {}, { DriverOpts: { 'default-load': 'true' } });
    expect(chooseBuilder({ env, name: 'b' })).toEqual({ ...dialled('b'), loadsByDefault: true });
  });

  test.each<[rule: string, options: object]>([
    ['a CA is missing', { servername: 'hub' }],
    ['the key is missing', { cacert: '/ca.pem', cert: '/cert.pem' }],
    ['the certificate is missing', { cacert: '/ca.pem', key: '/key.pem' }],
    ['a path is relative', { ...files, cacert: 'ca.pem' }],
    ['an option is unknown', { ...files, insecure: 'true' }],
    ['an option is an object member of JavaScript', { constructor: 'x' }],
  ])('is refused when %s', (_rule, DriverOpts) => {
    builder('b', {}, { DriverOpts });
    expect(() => chooseBuilder({ env, name: 'b' })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
  });
});

describe('a builder in a container of its own', () => {
  const inContainer = (place: object, Endpoint: string, fields: object = {}) => {
    builder('own', { Driver: 'docker-container' }, { Endpoint, ...fields });
    return expect(chooseBuilder({ env, name: 'own' })).toEqual({
      kind: 'address',
      name: 'own',
      node: 'own0',
      address: { kind: 'docker-container', container: 'buildx_buildkit_own0', ...place },
      driver: 'docker-container',
      loadsByDefault: 'DriverOpts' in fields,
    });
  };

  test('is in the docker context that its endpoint names', () => {
    context('far away');
    inContainer({ context: 'far away' }, 'far away');
    inContainer({ context: 'default' }, 'default');
  });

  test('is in the daemon at its endpoint', () => {
    inContainer({ host: 'unix:///var/run/docker.sock' }, 'unix:///var/run/docker.sock');
    inContainer({ host: 'tcp://h:2375' }, 'tcp://h:2375');
  });

  test("has options that are buildx's to know, but for default-load", () => {
    const DriverOpts = { image: 'i', network: 'host', 'env.A': 'b', 'default-load': 'true' };
    inContainer({ host: 'unix:///s' }, 'unix:///s', { DriverOpts });
  });

  test('of several nodes the first', () => {
    const Nodes = [
      { Name: 'first', Endpoint: 'unix:///a' },
      { Name: 'second', Endpoint: 'unix:///b' },
    ];
    builder('many', { Driver: 'docker-container', Nodes });
    expect(chooseBuilder({ env, name: 'many' })).toMatchObject({
      address: { container: 'buildx_buildkit_first', host: 'unix:///a' },
    });
  });

  test('of the remote driver is known by its address', () => {
    context('there');
    builder('r', {}, { Endpoint: 'docker-container://c?context=there' });
    expect(chooseBuilder({ env, name: 'r' })).toMatchObject({
      address: { kind: 'docker-container', container: 'c', context: 'there' },
      driver: 'remote',
    });
  });

  test.each<[rule: string, node: object, code: string]>([
    ['its docker context is gone', { Endpoint: 'gone' }, 'NOT_FOUND'],
    ['it has no endpoint', { Endpoint: '' }, 'INVALID_ARGUMENT'],
    ['it has no node name', { Endpoint: 'unix:///s', Name: '' }, 'INVALID_ARGUMENT'],
    ['its name would leave the path', { Endpoint: 'unix:///s', Name: '../x' }, 'INVALID_ARGUMENT'],
  ])('is refused when %s', (_rule, node, code) => {
    builder('own', { Driver: 'docker-container' }, node);
    expect(() => chooseBuilder({ env, name: 'own' })).toThrow(expect.objectContaining({ code }));
  });
});

describe('a builder that cannot be used', () => {
  test.each(['kubernetes', 'cloud', ''])('has the driver %j', (Driver) => {
    builder('b', { Driver }, { Endpoint: 'unix:///var/run/docker.sock' });
    const expected = {
      code: 'UNSUPPORTED',
      hint: expect.stringContaining('such as tcp://'),
      message: expect.stringContaining(`"b" has the driver ${Driver || '(none)'}`),
    };
    expect(() => chooseBuilder({ env, name: 'b' })).toThrow(expect.objectContaining(expected));
  });

  test('has an endpoint of another scheme', () => {
    builder('b', {}, { Endpoint: 'kube-pod://c' });
    expect(() => chooseBuilder({ env, name: 'b' })).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED' }),
    );
  });

  test('has no nodes', () => {
    builder('b', { Nodes: [] });
    expect(() => chooseBuilder({ env, name: 'b' })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
  });

  test('is unknown: the names that exist are told', () => {
    builder('one');
    context('two');
    expect(() => chooseBuilder({ env, name: 'nope' })).toThrow(
      expect.objectContaining({
        code: 'NOT_FOUND',
        message: 'no builder "nope" found',
        hint: expect.stringContaining('default, two, one'),
      }),
    );
  });

  test('has a name that would leave the store', () => {
    write('.docker/buildx/secret', { Driver: 'remote', Nodes: [{ Endpoint: 'tcp://h:1' }] });
    expect(() => chooseBuilder({ env, name: '../secret' })).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND' }),
    );
  });

  test.each<[path: string]>([
    ['.docker/buildx/instances/b'],
    ['.docker/buildx/current'],
    ['.docker/config.json'],
  ])('has a broken file, which is named: %s', (path) => {
    builder('b');
    use('b');
    write(path, '{"Name":');
    const message = expect.stringContaining(`${join(home, path)}: it is not valid JSON`);
    expect(() => chooseBuilder({ env })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message }),
    );
  });

  test('has a file that cannot be read, which must not silently choose another builder', () => {
    builder('b');
    mkdirSync(join(home, '.docker/buildx/current'));
    const error = { code: 'INVALID_ARGUMENT', message: expect.stringMatching(/current: EISDIR$/) };
    expect(() => chooseBuilder({ env })).toThrow(expect.objectContaining(error));
  });
});

test('the rule that decided can be told', () => {
  builder('a');
  expect(explainBuilder({ env })).toEqual({ builder: embedded('default'), rule: 'context' });
  use('a');
  expect(explainBuilder({ env })).toEqual({ builder: dialled('a'), rule: 'selected' });
  env.BUILDX_BUILDER = 'a';
  expect(explainBuilder({ env }).rule).toBe('BUILDX_BUILDER');
  expect(explainBuilder({ name: 'a', env }).rule).toBe('name');
});

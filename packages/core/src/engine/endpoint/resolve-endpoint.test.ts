import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolveEngineEndpoint } from './resolve-endpoint.js';

let home: string;
let config: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'resolve-endpoint-'));
  config = join(home, '.docker');
  mkdirSync(config);
});
afterEach(() => rmSync(home, { recursive: true }));

function addContext(name: string, docker: object, pemFiles: readonly string[] = []): string {
  const id = createHash('sha256').update(name).digest('hex');
  const meta = join(config, 'contexts', 'meta', id);
  mkdirSync(meta, { recursive: true });
  writeFileSync(
    join(meta, 'meta.json'),
    JSON.stringify({ Name: name, Metadata: {}, Endpoints: { docker } }),
  );
  const tls = join(config, 'contexts', 'tls', id, 'docker');
  if (pemFiles.length > 0) mkdirSync(tls, { recursive: true });
  for (const file of pemFiles) writeFileSync(join(tls, file), '');
  return tls;
}

const useContext = (name: string) =>
  writeFileSync(join(config, 'config.json'), JSON.stringify({ currentContext: name, auths: {} }));
const unix = (path: string) => ({ kind: 'unix', path });
const tcp = (host: string) => ({ kind: 'tcp', host, port: 2375 });

describe('resolveEngineEndpoint takes the first of', () => {
  beforeEach(() => {
    for (const name of ['given', 'named', 'current']) addContext(name, { Host: `unix:///${name}` });
    useContext('current');
  });

  const all = () => ({ HOME: home, DOCKER_HOST: 'tcp://host', DOCKER_CONTEXT: 'named' });

  it('the address', () => {
    expect(resolveEngineEndpoint({ address: 'unix:///a', context: 'given', env: all() })).toEqual(
      unix('/a'),
    );
  });

  it('the context that is asked for', () => {
    expect(resolveEngineEndpoint({ context: 'given', env: all() })).toEqual(unix('/given'));
  });

  it('DOCKER_HOST', () => {
    expect(resolveEngineEndpoint({ env: all() })).toEqual(tcp('host'));
    expect(resolveEngineEndpoint({ context: 'default', env: all() })).toEqual(tcp('host'));
  });

  it('DOCKER_CONTEXT', () => {
    expect(resolveEngineEndpoint({ env: { ...all(), DOCKER_HOST: '' } })).toEqual(unix('/named'));
    expect(resolveEngineEndpoint({ env: { HOME: home, DOCKER_CONTEXT: 'default' } })).toEqual(
      unix('/var/run/docker.sock'),
    );
  });

  it("the current context of config.json, also in DOCKER_CONFIG's folder", () => {
    expect(resolveEngineEndpoint({ env: { HOME: home } })).toEqual(unix('/current'));
    expect(resolveEngineEndpoint({ env: { HOME: '/nowhere', DOCKER_CONFIG: config } })).toEqual(
      unix('/current'),
    );
  });

  it.each(['default', ''])('the default socket when the current context is %j', (name) => {
    useContext(name);
    expect(resolveEngineEndpoint({ env: { HOME: home } })).toEqual(unix('/var/run/docker.sock'));
  });
});

describe('resolveEngineEndpoint', () => {
  it('needs no config at all', () => {
    expect(resolveEngineEndpoint({ env: { HOME: '/nowhere' } })).toEqual(
      unix('/var/run/docker.sock'),
    );
  });

  it('throws NOT_FOUND for a context that does not exist', () => {
    useContext('gone');
    expect(() => resolveEngineEndpoint({ env: { HOME: home } })).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND' }),
    );
  });

  it('refuses a broken config.json without quoting it', () => {
    writeFileSync(join(config, 'config.json'), '{"auths":{"x":{"auth":"c2VjcmV0"}');
    let error: unknown;
    try {
      resolveEngineEndpoint({ env: { HOME: home } });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(inspect(error)).not.toContain('c2Vjcm');
  });

  it('refuses a config.json whose current context is no string', () => {
    writeFileSync(join(config, 'config.json'), '{"currentContext":7}');
    expect(() => resolveEngineEndpoint({ env: { HOME: home } })).toThrow('currentContext');
  });
});

describe('TLS', () => {
  it("of a context comes from the context's files", () => {
    const directory = addContext('remote', { Host: 'tcp://host' }, [
      'ca.pem',
      'cert.pem',
      'key.pem',
    ]);
    expect(resolveEngineEndpoint({ context: 'remote', env: { HOME: home } })).toEqual({
      ...tcp('host'),
      tls: { verify: true, ...pem(directory) },
    });
  });

  it('of a context may skip verification, with no files', () => {
    addContext('remote', { Host: 'tcp://host', SkipTLSVerify: true });
    expect(resolveEngineEndpoint({ context: 'remote', env: { HOME: home } })).toEqual({
      ...tcp('host'),
      tls: { verify: false },
    });
  });

  it('of a context is absent without files', () => {
    addContext('remote', { Host: 'tcp://host', SkipTLSVerify: false });
    expect(resolveEngineEndpoint({ context: 'remote', env: { HOME: home } })).toEqual(tcp('host'));
  });

  it.each([
    [{ DOCKER_TLS_VERIFY: '1' }, true],
    [{ DOCKER_TLS: '1' }, false],
  ])('of DOCKER_HOST with %j verifies: %s', (variables, verify) => {
    for (const file of ['ca.pem', 'cert.pem', 'key.pem']) writeFileSync(join(home, file), '');
    const env = { HOME: home, DOCKER_HOST: 'tcp://host', DOCKER_CERT_PATH: home, ...variables };
    expect(resolveEngineEndpoint({ env })).toEqual({
      ...tcp('host'),
      tls: { verify, ...pem(home) },
    });
  });

  it('of DOCKER_HOST takes its files from the config folder, those that exist', () => {
    writeFileSync(join(config, 'ca.pem'), '');
    const env = { HOME: home, DOCKER_HOST: 'tcp://host', DOCKER_TLS_VERIFY: '1' };
    expect(resolveEngineEndpoint({ env })).toEqual({
      ...tcp('host'),
      tls: { verify: true, caFile: join(config, 'ca.pem') },
    });
  });

  it('is off when only DOCKER_CERT_PATH is set', () => {
    expect(
      resolveEngineEndpoint({ env: { DOCKER_HOST: 'tcp://host', DOCKER_CERT_PATH: home } }),
    ).toEqual(tcp('host'));
  });

  const pem = (directory: string) => ({
    caFile: join(directory, 'ca.pem'),
    certFile: join(directory, 'cert.pem'),
    keyFile: join(directory, 'key.pem'),
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dockerConfigDirectory, readDockerConfig, storedLogin } from './config.js';
import type { JsonObject } from './json-file.js';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'warmdock-config-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

function read(text: string) {
  writeFileSync(join(directory, 'config.json'), text);
  return readDockerConfig(directory);
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe("docker's config.json", () => {
  test.each<[env: NodeJS.ProcessEnv, directory: string]>([
    [{ DOCKER_CONFIG: '/c', HOME: '/h' }, '/c'],
    [{ HOME: '/h' }, '/h/.docker'],
  ])('with %j is in %s', (env, expected) => {
    expect(dockerConfigDirectory(env)).toBe(expected);
  });

  test.each(['', '{}', '{"auths":[],"credHelpers":null,"credsStore":1}'])(
    '%j holds nothing',
    (text) => {
      const config = read(text);
      expect([config.auths.size, config.credHelpers.size, config.credsStore]).toEqual([0, 0, '']);
    },
  );

  test('may be missing', () => {
    expect(readDockerConfig(join(directory, 'nowhere')).auths.size).toBe(0);
  });

  test('names like __proto__ are plain keys', () => {
    const config = read('{"auths":{"r":{}},"credHelpers":{"r":"pass"}}');
    expect(config.auths.get('__proto__')).toBeUndefined();
    expect(config.credHelpers.get('constructor')).toBeUndefined();
  });

  test('that is broken is an error that names the file and shows nothing of it', () => {
    const secret = base64('user:hunter2');
    const path = join(directory, 'config.json');
    let error: unknown;
    try {
      read(`{"auths":{"r":{"auth":"${secret}"}}`);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: `cannot read docker config ${path}: it is not valid JSON`,
    });
    expect(error).not.toHaveProperty('cause');
  });
});

describe('a stored login', () => {
  const none = { username: '', password: '', identityToken: '', registryToken: '' };

  test.each<[rule: string, entry: JsonObject, login: object]>([
    ['is base64 of user and password', { auth: base64('u:p') }, { username: 'u', password: 'p' }],
    [
      'may have colons in the password',
      { auth: base64('u:p:q') },
      { username: 'u', password: 'p:q' },
    ],
    ['may have an empty password', { auth: base64('u:') }, { username: 'u' }],
    ['loses padding zeros', { auth: base64('u:p\0\0') }, { username: 'u', password: 'p' }],
    ['may be in plain fields', { username: 'u', password: 'p' }, { username: 'u', password: 'p' }],
    ['prefers auth', { auth: base64('u:p'), username: 'x' }, { username: 'u', password: 'p' }],
    ['may be an identity token', { identitytoken: 't' }, { identityToken: 't' }],
    ['may be a registry token', { registrytoken: 't' }, { registryToken: 't' }],
    ['may be empty', {}, {}],
  ])('%s', (_rule, entry, login) => {
    expect(storedLogin(entry, 'registry r')).toEqual({ ...none, ...login });
  });

  test.each([base64('hunter2'), base64(':hunter2')])(
    '%j is refused without being shown',
    (auth) => {
      expect(() => storedLogin({ auth }, 'registry r')).toThrow(
        expect.objectContaining({
          message: 'cannot read the login of registry r: it is not base64 of username:password',
        }),
      );
    },
  );
});

import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { askCredentialHelper } from './credential-helper.js';
import { registryLogin } from './registry-credentials.js';

let home: string;
let env: NodeJS.ProcessEnv;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'warmdock-login-'));
  mkdirSync(join(home, '.docker'));
  env = { HOME: home, PATH: `${home}:${process.env.PATH}` };
});
afterEach(() => rmSync(home, { recursive: true }));

function config(value: object): void {
  writeFileSync(join(home, '.docker', 'config.json'), JSON.stringify(value));
}

/** Installs `docker-credential-<name>` as a shell script. */
function helper(name: string, script: string): void {
  const path = join(home, `docker-credential-${name}`);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

const auth = (text: string) => ({ auth: Buffer.from(text).toString('base64') });
const hub = 'https://index.docker.io/v1/';

describe('the login of a registry', () => {
  test.each<[rule: string, host: string, auths: object, username: string | undefined]>([
    ['is found by host', 'r.example', { 'r.example': auth('u:p') }, 'u'],
    ['is found by host and port', 'r.example:5000', { 'r.example:5000': auth('u:p') }, 'u'],
    ['is not that of another port', 'r.example:5000', { 'r.example': auth('u:p') }, undefined],
    ['may be stored under a URL', 'r.example', { 'https://r.example/v1/': auth('u:p') }, 'u'],
    [
      'prefers the exact key',
      'r.example',
      { 'https://r.example': auth('x:p'), 'r.example': auth('u:p') },
      'u',
    ],
    ["is Docker Hub's for its registry host", 'registry-1.docker.io', { [hub]: auth('u:p') }, 'u'],
    ["is Docker Hub's for docker.io", 'docker.io', { [hub]: auth('u:p') }, 'u'],
    ["is Docker Hub's for hosts that live on it", 'dhi.io', { [hub]: auth('u:p') }, 'u'],
    ['is their own first', 'dhi.io', { [hub]: auth('x:p'), 'dhi.io': auth('u:p') }, 'u'],
    ['is nobody else’s', 'r.example', { [hub]: auth('u:p') }, undefined],
    ['is none without a secret', 'r.example', { 'r.example': {} }, undefined],
  ])('%s', async (_rule, host, auths, username) => {
    config({ auths });
    expect((await registryLogin(host, { env }))?.username).toBe(username);
  });

  test('is none without any config', async () => {
    expect(await registryLogin('r.example', { env })).toBeUndefined();
  });

  test('comes from DOCKER_AUTH_CONFIG first', async () => {
    config({ auths: { 'r.example': auth('file:p'), 'other.example': auth('file:p') } });
    env.DOCKER_AUTH_CONFIG = JSON.stringify({ auths: { 'r.example': auth('env:p') } });
    expect((await registryLogin('r.example', { env }))?.username).toBe('env');
    expect((await registryLogin('other.example', { env }))?.username).toBe('file');
  });

  test('comes from the helper of its registry, else from the default one', async () => {
    helper('one', 'echo \'{"Username":"one","Secret":"s"}\'');
    helper('two', 'echo \'{"Username":"two","Secret":"s"}\'');
    config({ credsStore: 'one', credHelpers: { 'r.example': 'two' } });
    expect((await registryLogin('r.example', { env }))?.username).toBe('two');
    expect((await registryLogin('s.example', { env }))?.username).toBe('one');
  });

  test('keeps a static registry token beside what the helper says', async () => {
    helper('one', 'echo credentials not found in native keychain; exit 1');
    config({ credsStore: 'one', auths: { 'r.example': { registrytoken: 't' } } });
    expect(await registryLogin('r.example', { env })).toMatchObject({
      registryToken: 't',
      password: '',
    });
  });
});

describe('a credential helper', () => {
  test('receives the registry on standard input and nothing but `get` as argument', async () => {
    helper(
      'echo',
      'read -r registry; echo "{\\"Username\\":\\"$registry\\",\\"Secret\\":\\"$*\\"}"',
    );
    expect(await askCredentialHelper('echo', hub, { env })).toEqual({
      username: hub,
      password: 'get',
      identityToken: '',
      registryToken: '',
    });
  });

  test('marks an identity token by the user name <token>', async () => {
    helper('token', 'echo \'{"Username":"<token>","Secret":"t"}\'');
    expect(await askCredentialHelper('token', 'r', { env })).toMatchObject({
      username: '',
      password: '',
      identityToken: 't',
    });
  });

  test('that knows no login is no error', async () => {
    helper('none', 'echo credentials not found in native keychain; exit 1');
    expect(await askCredentialHelper('none', 'r', { env })).toBeUndefined();
  });

  test.each<[rule: string, script: string, error: { code: string; message: string }]>([
    [
      'fails',
      'echo hunter2; echo hunter2 >&2; exit 3',
      {
        code: 'UNAVAILABLE',
        message: 'credential helper docker-credential-bad failed for registry r: exit code 3',
      },
    ],
    [
      'answers something else than JSON',
      'echo hunter2',
      {
        code: 'INVALID_ARGUMENT',
        message:
          'cannot read the answer of credential helper docker-credential-bad for registry r: it is not valid JSON',
      },
    ],
    [
      'takes too long',
      'exec sleep 60',
      {
        code: 'TIMEOUT',
        message: 'credential helper docker-credential-bad did not answer within 300 ms',
      },
    ],
    [
      'prints without end',
      'exec yes hunter2',
      {
        code: 'PROTOCOL',
        message: 'credential helper docker-credential-bad printed more than 1048576 bytes',
      },
    ],
  ])('that %s is an error that shows nothing of its output', async (_rule, script, error) => {
    helper('bad', script);
    // A busy machine takes its time to start one.
    const timeoutMs = error.code === 'TIMEOUT' ? 300 : 30_000;
    const asking = askCredentialHelper('bad', 'r', { env, timeoutMs });
    await expect(asking).rejects.toMatchObject(error);
  });

  test('that is not installed is NOT_FOUND', async () => {
    await expect(askCredentialHelper('absent', 'r', { env })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'cannot run credential helper docker-credential-absent: it is not in PATH',
    });
  });

  test.each(['../evil', 'a b', ''])('cannot be named %j', async (name) => {
    await expect(askCredentialHelper(name, 'r', { env })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });

  test('ends when the caller goes away', async () => {
    helper('slow', 'exec sleep 60');
    const gone = AbortSignal.timeout(100);
    await expect(askCredentialHelper('slow', 'r', { env, signal: gone })).rejects.toMatchObject({
      code: 'TIMEOUT',
    });
  });
});

import { createPublicKey, randomBytes, verify } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  CredentialsRequest,
  CredentialsResponse,
  FetchTokenRequest,
  FetchTokenResponse,
  GetTokenAuthorityRequest,
  GetTokenAuthorityResponse,
  VerifyTokenAuthorityRequest,
  VerifyTokenAuthorityResponse,
} from '../../gen/session.js';
import { GrpcCode } from '../grpc/status.js';
import { type RegistryAuthOptions, registryAuth } from './auth.js';
import { callAttachable } from './call-attachable.testing.js';

let home: string;
let env: NodeJS.ProcessEnv;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'warmdock-auth-'));
  mkdirSync(join(home, '.docker'));
  env = { HOME: home, PATH: '' };
});
afterEach(() => rmSync(home, { recursive: true }));

function logIn(
  host: string,
  entry: object = { auth: Buffer.from('u:hunter2').toString('base64') },
): void {
  writeFileSync(join(home, '.docker', 'config.json'), JSON.stringify({ auths: { [host]: entry } }));
}

const service = '/moby.filesync.v1.Auth';
const salt = Buffer.alloc(32, 1);
const identityKey = () => Buffer.alloc(32, 2);

function auth(options: Partial<RegistryAuthOptions> = {}) {
  return registryAuth({ env, identityKey, ...options });
}

const credentials = (attachable = auth(), host = 'r.example') =>
  callAttachable(attachable, `${service}/Credentials`, [CredentialsRequest, CredentialsResponse], {
    host,
  });

async function publicKey(
  options: Partial<RegistryAuthOptions> = {},
  host = 'r.example',
  daemonSalt = salt,
): Promise<Buffer> {
  const codecs: [typeof GetTokenAuthorityRequest, typeof GetTokenAuthorityResponse] = [
    GetTokenAuthorityRequest,
    GetTokenAuthorityResponse,
  ];
  const request = { host, salt: daemonSalt };
  return (await callAttachable(auth(options), `${service}/GetTokenAuthority`, codecs, request))
    .publicKey;
}

describe('handing over a login', () => {
  test('sends user and password', async () => {
    logIn('r.example');
    expect(await credentials()).toEqual({ username: 'u', secret: 'hunter2' });
  });

  test('sends an identity token without a user', async () => {
    logIn('r.example', { auth: Buffer.from('u:p').toString('base64'), identitytoken: 't' });
    expect(await credentials()).toEqual({ username: '', secret: 't' });
  });

  test('sends nothing where the user is not logged in', async () => {
    expect(await credentials()).toEqual({ username: '', secret: '' });
  });

  test('is told once per registry, and not for nothing', async () => {
    logIn('r.example');
    const told: string[] = [];
    const attachable = auth({ onLoginShared: (host) => told.push(host) });
    await credentials(attachable);
    await credentials(attachable);
    await credentials(attachable, 'other.example');
    expect(told).toEqual(['r.example']);
  });

  test.each(['', 'r.example\nx', 'a/b', '$(x)'])('refuses %j, which is no host', async (host) => {
    await expect(credentials(auth(), host)).rejects.toMatchObject({
      status: GrpcCode.INVALID_ARGUMENT,
    });
  });

  test('reads the config when asked, not before', async () => {
    const attachable = auth();
    logIn('r.example');
    expect((await credentials(attachable)).username).toBe('u');
  });
});

describe('the authority key', () => {
  test('signs as NaCl does: 64 bytes of Ed25519 signature, then the payload', async () => {
    logIn('r.example');
    const payload = randomBytes(32);
    const codecs: [typeof VerifyTokenAuthorityRequest, typeof VerifyTokenAuthorityResponse] = [
      VerifyTokenAuthorityRequest,
      VerifyTokenAuthorityResponse,
    ];
    const request = { host: 'r.example', salt, payload };
    const { signed } = await callAttachable(
      auth(),
      `${service}/VerifyTokenAuthority`,
      codecs,
      request,
    );
    const raw = await publicKey();
    const key = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') },
      format: 'jwk',
    });
    expect(raw).toHaveLength(32);
    expect(signed.subarray(64)).toEqual(payload);
    expect(verify(null, payload, key, signed.subarray(0, 64))).toBe(true);
  });

  test('is the same for the same login, so that builds share tokens', async () => {
    logIn('r.example');
    expect(await publicKey()).toEqual(await publicKey());
  });

  test.each<[rule: string, other: () => Promise<Buffer>]>([
    ['another salt', () => publicKey({}, 'r.example', Buffer.alloc(32, 9))],
    ['another machine', () => publicKey({ identityKey: () => Buffer.alloc(32, 9) })],
    ['no machine key', () => publicKey({ identityKey: undefined })],
    [
      'another password',
      () => {
        logIn('r.example', { auth: Buffer.from('u:other').toString('base64') });
        return publicKey();
      },
    ],
    ['no login', () => publicKey({}, 'other.example')],
  ])('differs with %s', async (_rule, other) => {
    logIn('r.example');
    expect((await publicKey()).equals(await other())).toBe(false);
  });

  test('without a login is the same for everybody, as in buildx', async () => {
    const mine = await publicKey();
    expect(await publicKey({ identityKey: undefined }, 'other.example')).toEqual(mine);
  });

  test('is UNAVAILABLE with BUILDKIT_NO_CLIENT_TOKEN, so that BuildKit asks for the login', async () => {
    env.BUILDKIT_NO_CLIENT_TOKEN = '1';
    await expect(publicKey()).rejects.toMatchObject({ status: GrpcCode.UNAVAILABLE });
  });
});

describe('fetching a token', () => {
  const codecs: [typeof FetchTokenRequest, typeof FetchTokenResponse] = [
    FetchTokenRequest,
    FetchTokenResponse,
  ];
  const request = (realm: string) => ({
    clientId: 'buildkit-client',
    host: 'r.example',
    realm,
    service: 'r',
    scopes: ['repository:a:pull'],
  });

  test('asks the token server with the login of the host', async () => {
    logIn('r.example');
    let form = '';
    const server = createServer(async (incoming, response) => {
      for await (const chunk of incoming) form += String(chunk);
      response.end('{"access_token":"abc","expires_in":300,"issued_at":"2026-01-02T03:04:05Z"}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const realm = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
    try {
      const answer = await callAttachable(auth(), `${service}/FetchToken`, codecs, request(realm));
      expect(answer).toEqual({ token: 'abc', expiresIn: 300, issuedAt: 1767323045 });
      expect(new URLSearchParams(form).get('password')).toBe('hunter2');
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  test('answers with a static registry token without asking anybody', async () => {
    logIn('r.example', { registrytoken: 'static' });
    const answer = await callAttachable(
      auth(),
      `${service}/FetchToken`,
      codecs,
      request('https://invalid.invalid/'),
    );
    expect(answer.token).toBe('static');
  });
});

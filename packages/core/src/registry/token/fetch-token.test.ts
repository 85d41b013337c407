import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { StoredLogin } from '../../docker/config.js';
import { fetchToken } from './fetch-token.js';

interface Seen {
  readonly method: string | undefined;
  readonly query: URLSearchParams;
  readonly form: URLSearchParams;
  readonly authorization: string | undefined;
}

interface Reply {
  status?: number;
  body?: string;
  headers?: Record<string, string>;
}

let server: Server;
let origin: string;
let seen: Seen[];
/** What the token server answers to each request in turn; the last answer repeats. */
let replies: Reply[];

beforeEach(async () => {
  seen = [];
  replies = [{ body: '{"token":"abc"}' }];
  server = createServer(async (request, response) => {
    seen.push(await recorded(request));
    const {
      status = 200,
      body = '',
      headers = {},
    } = (replies.length > 1 ? replies.shift() : replies[0]) ?? {};
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function recorded(request: IncomingMessage): Promise<Seen> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return {
    method: request.method,
    query: new URL(request.url ?? '', origin).searchParams,
    form: new URLSearchParams(Buffer.concat(chunks).toString()),
    authorization: request.headers.authorization,
  };
}

const password: StoredLogin = {
  username: 'u',
  password: 'hunter2',
  identityToken: '',
  registryToken: '',
};
const identity: StoredLogin = {
  username: '',
  password: '',
  identityToken: 'idtoken',
  registryToken: '',
};

function ask(login?: StoredLogin, realm = `${origin}/token?account=x`) {
  const scopes = ['repository:a/b:pull', 'repository:c:pull,push'];
  const request = { clientId: 'client', host: 'r.example', realm, service: 'registry', scopes };
  return fetchToken(request, login, { signal: new AbortController().signal, timeoutMs: 2_000 });
}

describe('asking a token server', () => {
  test('without a login is an anonymous GET with one scope parameter each', async () => {
    await ask();
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ method: 'GET', authorization: undefined });
    expect([...(seen[0]?.query ?? [])]).toEqual([
      ['account', 'x'],
      ['service', 'registry'],
      ['scope', 'repository:a/b:pull'],
      ['scope', 'repository:c:pull,push'],
    ]);
  });

  test('with a password is an OAuth password grant', async () => {
    await ask(password);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ method: 'POST', authorization: undefined });
    expect(Object.fromEntries(seen[0]?.form ?? [])).toEqual({
      grant_type: 'password',
      username: 'u',
      password: 'hunter2',
      service: 'registry',
      client_id: 'client',
      scope: 'repository:a/b:pull repository:c:pull,push',
    });
  });

  test('with an identity token is an OAuth refresh grant', async () => {
    await ask(identity);
    expect(Object.fromEntries(seen[0]?.form ?? [])).toMatchObject({
      grant_type: 'refresh_token',
      refresh_token: 'idtoken',
    });
  });

  test.each([401, 404, 405])(
    'falls back to basic authentication when POST answers %d',
    async (status) => {
      replies = [{ status }, { body: '{"token":"abc"}' }];
      expect((await ask(password)).token).toBe('abc');
      expect(seen.map(({ method }) => method)).toEqual(['POST', 'GET']);
      expect(seen[1]?.authorization).toBe(`Basic ${Buffer.from('u:hunter2').toString('base64')}`);
    },
  );

  test('never follows a redirect with a login in the body', async () => {
    replies = [{ status: 307, headers: { location: `${origin}/elsewhere` } }];
    await expect(ask(password)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(seen).toHaveLength(1);
  });
});

describe('the answer', () => {
  test.each<[body: string, token: object]>([
    ['{"token":"a"}', { token: 'a', expiresInSeconds: 60, issuedAtSeconds: 0 }],
    ['{"access_token":"b","token":"a"}', { token: 'b' }],
    ['{"token":"a","expires_in":300}', { expiresInSeconds: 300 }],
    ['{"token":"a","expires_in":-1}', { expiresInSeconds: 60 }],
    [
      '{"token":"a","expires_in":"soon","issued_at":"today"}',
      { expiresInSeconds: 60, issuedAtSeconds: 0 },
    ],
    ['{"token":"a","issued_at":"2026-01-02T03:04:05Z"}', { issuedAtSeconds: 1767323045 }],
  ])('%s is read', async (body, token) => {
    replies = [{ body }];
    expect(await ask()).toMatchObject(token);
  });

  test.each<[rule: string, reply: Reply, code: string]>([
    ['is no JSON', { body: 'hunter2' }, 'INVALID_ARGUMENT'],
    ['has no token', { body: '{"secret":"hunter2"}' }, 'PROTOCOL'],
    ['refuses', { status: 403, body: 'hunter2' }, 'PERMISSION_DENIED'],
    ['is a server error', { status: 500, body: 'hunter2' }, 'UNAVAILABLE'],
    ['is endless', { body: 'hunter2'.repeat(200_000) }, 'UNAVAILABLE'],
  ])('that %s is an error without its text', async (_rule, reply, code) => {
    replies = [reply];
    await expect(ask(password)).rejects.toMatchObject({
      code,
      message: expect.not.stringMatching(/hunter2|account=x/),
    });
  });
});

describe('a token server', () => {
  test('that is not encrypted and not on this machine gets no login', async () => {
    await expect(ask(password, 'http://tokens.example/token')).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
    });
  });

  test.each(['', 'not a url', 'ftp://tokens.example/', 'file:///etc/passwd'])(
    'cannot be %j',
    async (realm) => {
      await expect(ask(undefined, realm)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    },
  );

  test('that is down is UNAVAILABLE', async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expect(ask()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});

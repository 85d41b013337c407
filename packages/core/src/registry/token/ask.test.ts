import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer as createPlainServer } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Certificates, makeCertificates, startForwardProxy } from '@warmdock/testkit';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { isLinkLocal, lookupElsewhere } from './addresses.js';
import { type AskOptions, ask, type Question } from './ask.js';

let directory: string;
let files: Certificates;
let server: Server;
let port: number;

/** A token server whose certificate is for `localhost`, by an authority that no system trusts. */
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'token-server-'));
  files = await makeCertificates(join(directory, 'certificates'), 'localhost');
  await mkdir(join(directory, 'none'));
  const credentials = { cert: readFileSync(files.serverCert), key: readFileSync(files.serverKey) };
  server = createServer(credentials, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    response.end(`${request.method} ${request.url} ${Buffer.concat(chunks)}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(directory, { recursive: true });
});

/** Nothing of this system's authorities. */
const untrusting = () => ({ SSL_CERT_FILE: '/nonexistent', SSL_CERT_DIR: join(directory, 'none') });

function asked(url: string, env: NodeJS.ProcessEnv, question: Question = {}) {
  const options: AskOptions = { signal: new AbortController().signal, timeoutMs: 5_000, env };
  return ask('r.example', new URL(url), question, options);
}

describe('a token server of a private authority', () => {
  const answered = { status: 200, text: 'GET /token ' };

  test.each<[rule: string, env: () => NodeJS.ProcessEnv]>([
    ['SSL_CERT_FILE', () => ({ ...untrusting(), SSL_CERT_FILE: files.ca })],
    [
      'SSL_CERT_DIR, among others',
      () => ({
        ...untrusting(),
        SSL_CERT_DIR: `${join(directory, 'none')}:${join(directory, 'certificates')}`,
      }),
    ],
    ['WARMDOCK_EXTRA_CA_CERTS beside the system', () => ({ WARMDOCK_EXTRA_CA_CERTS: files.ca })],
  ])('is trusted by %s', async (_rule, env) => {
    expect(await asked(`https://localhost:${port}/token`, env())).toEqual(answered);
  });

  test.each<[rule: string, env: () => NodeJS.ProcessEnv]>([
    ["with the system's authorities", () => ({})],
    ['without any', untrusting],
  ])('is not trusted %s', async (_rule, env) => {
    await expect(asked(`https://localhost:${port}/token`, env())).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('certificate'),
    });
  });

  test('is trusted only under its own name', async () => {
    const env = { SSL_CERT_FILE: files.ca };
    await expect(asked(`https://127.0.0.1:${port}/`, env)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  });
});

describe('a token server behind a proxy', () => {
  async function proxied(url: string, { login, shown }: { login?: string; shown?: string } = {}) {
    const proxy = await startForwardProxy({ targetPort: port, ...(login && { login }) });
    onTestFinished(() => proxy[Symbol.asyncDispose]());
    const address = proxy.address.replace('tcp://', shown ? `http://${shown}@` : 'http://');
    const env = { HTTPS_PROXY: address, SSL_CERT_FILE: files.ca };
    const question: Question = { method: 'POST', body: new URLSearchParams({ a: 'b' }) };
    return { requests: proxy.requests, answer: asked(url, env, question) };
  }

  test('is asked through a tunnel, and its certificate checked for its name', async () => {
    // The loopback is asked without a proxy under each of its names but this one.
    const { requests, answer } = await proxied('https://localhost./token');
    await expect(answer).resolves.toEqual({ status: 200, text: 'POST /token a=b' });
    expect(requests).toEqual(['CONNECT localhost.:443']);
    const other = await proxied('https://tokens.example/token');
    await expect(other.answer).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  test('is asked with the login of the proxy', async () => {
    const login = 'me:p@ss';
    const { answer } = await proxied('https://localhost./token', { login, shown: 'me:p%40ss' });
    await expect(answer).resolves.toMatchObject({ status: 200 });
  });

  test('is UNAVAILABLE when the proxy refuses, with a message that names it and no password', async () => {
    const { answer } = await proxied('https://localhost./token', {
      login: 'a:b',
      shown: 'a:wrong',
    });
    await expect(answer).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/through proxy http:\/\/127\.0\.0\.1:\d+ failed: .*407/),
    });
  });

  test('is asked without TLS by its whole URL', async () => {
    const plain = createPlainServer((_, response) => response.end('a token'));
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void plain.close());
    const { port: targetPort } = plain.address() as AddressInfo;
    const proxy = await startForwardProxy({ targetPort });
    onTestFinished(() => proxy[Symbol.asyncDispose]());
    const env = { http_proxy: proxy.address.replace('tcp:', 'http:') };
    expect(await asked('http://tokens.example/token?a=b', env)).toEqual({
      status: 200,
      text: 'a token',
    });
    expect(proxy.requests).toEqual(['GET http://tokens.example/token?a=b']);
  });
});

describe('a token server on a link-local address', () => {
  const refused = {
    code: 'PERMISSION_DENIED',
    message: expect.stringContaining('link-local'),
  };

  test.each([
    'http://169.254.169.254/token',
    'https://169.254.0.1/token',
    'http://0xa9fea9fe/token',
    'http://[fe80::1]/token',
    'http://[febf:1::1]/token',
    'http://[::ffff:169.254.169.254]/token',
  ])('%s is refused, with a proxy and without', async (url) => {
    await expect(asked(url, {})).rejects.toMatchObject(refused);
    const proxy = 'http://127.0.0.1:1';
    const env = { HTTP_PROXY: proxy, HTTPS_PROXY: proxy };
    await expect(asked(url, env)).rejects.toMatchObject(refused);
  });

  test.each(['169.253.0.1', '10.0.0.1', 'fec0::1', 'fd00::1', 'link.example'])(
    '%s is none',
    (host) => {
      expect(isLinkLocal(host)).toBe(false);
    },
  );

  test.each([{}, { all: true }])('is found when a name is looked up with %j', async (options) => {
    const lookup = lookupElsewhere(isLinkLocal, (address) => new Error(`refused ${address}`));
    const found = (host: string) =>
      new Promise((resolve, reject) =>
        lookup(host, options, (error, addresses) => (error ? reject(error) : resolve(addresses))),
      );
    // An address stands for a name that is found to have it.
    await expect(found('169.254.3.4')).rejects.toThrow('refused 169.254.3.4');
    await expect(found('fe80::1')).rejects.toThrow('refused fe80::1');
    await expect(found('127.0.0.1')).resolves.toBeDefined();
    await expect(found('name.invalid')).rejects.toMatchObject({ syscall: 'getaddrinfo' });
  });
});

import { type IncomingMessage, type RequestOptions, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { startEngineProxy } from './engine-proxy.js';
import { startFakeEngine } from './fake-engine.js';

async function proxied() {
  const engine = await startFakeEngine({
    routes: { 'GET /info': { body: { Driver: 'fake' } }, 'POST /images/load': { body: 'loaded' } },
    upgrades: { 'POST /grpc': (connection) => void connection.pipe(connection) },
  });
  let loads = 0;
  const proxy = await startEngineProxy({
    socket: engine.socket,
    intercept: (method, path) =>
      method === 'POST' && path.startsWith('/images/load') && ++loads === 1
        ? { status: 500, body: { message: 'too thin' } }
        : undefined,
  });
  onTestFinished(async () => {
    await proxy[Symbol.asyncDispose]();
    await engine[Symbol.asyncDispose]();
  });
  const socketPath = proxy.address.replace('unix://', '');
  const ask = (method: string, path: string, body = '') =>
    new Promise<string>((resolve, reject) => {
      const asking = request({ socketPath, method, path }, async (response) =>
        resolve(`${response.statusCode} ${(await text(response)).trim()}`),
      );
      asking.once('error', reject).end(body);
    });
  return { ask, socketPath, engine };
}

test('only what is intercepted does not reach the daemon', async () => {
  const { ask, engine } = await proxied();
  expect(await ask('GET', '/info')).toBe('200 {"Driver":"fake"}');
  expect(await ask('POST', '/images/load', 'first')).toBe('500 {"message":"too thin"}');
  expect(await ask('POST', '/images/load', 'second')).toBe('200 loaded');
  expect(engine.requests.map(({ body }) => String(body))).toEqual(['', 'second']);
});

test('connections that are taken over pass', async () => {
  const { socketPath } = await proxied();
  const headers = { connection: 'Upgrade', upgrade: 'h2c' };
  const echoed = await new Promise((resolve, reject) => {
    const asking = request({ socketPath, method: 'POST', path: '/grpc', headers });
    asking.once('upgrade', (_response, socket) => {
      socket.once('data', (bytes: Buffer) => resolve(String(bytes)));
      socket.write('hello');
    });
    asking.once('error', reject).end();
  });
  expect(echoed).toBe('hello');
});

test('an upgrade can be intercepted, and all answers tell the API version that is asked for', async () => {
  await using engine = await startFakeEngine({
    routes: { 'GET /_ping': { headers: { 'api-version': '1.51' }, body: 'OK' } },
    upgrades: { 'POST /grpc': (connection) => void connection.pipe(connection) },
  });
  await using proxy = await startEngineProxy({
    socket: engine.socket,
    apiVersion: '1.53',
    intercept: (_, path) => (path === '/grpc' ? { status: 404, body: 'gone' } : undefined),
  });
  const socketPath = proxy.address.replace('unix://', '');
  const ask = (path: string, options: RequestOptions) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const asking = request({ socketPath, path, ...options }, (answer) =>
        resolve(answer.resume()),
      );
      asking.once('error', reject).end();
    });
  expect((await ask('/_ping', {})).headers['api-version']).toBe('1.53');
  const headers = { connection: 'Upgrade', upgrade: 'h2c' };
  expect((await ask('/grpc', { method: 'POST', headers })).statusCode).toBe(404);
});

import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { startFakeEngine } from './fake-engine.js';

function ask(socketPath: string, method: string, path: string, body = '') {
  return new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const sent = request({ socketPath, method, path }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode, body }), reject);
    });
    sent.once('error', reject).end(body);
  });
}

describe('fake engine', () => {
  test('answers by its routes, whatever API version is asked for', async () => {
    await using engine = await startFakeEngine({
      routes: { 'GET /info': { body: { Driver: 'x' } } },
    });
    expect(await ask(engine.socket, 'GET', '/info')).toEqual({
      status: 200,
      body: '{"Driver":"x"}\r\n',
    });
    expect(await ask(engine.socket, 'GET', '/v1.51/info')).toMatchObject({ status: 200 });
    expect(engine.requests.map(({ apiVersion }) => apiVersion)).toEqual([undefined, '1.51']);
  });

  test('matches stars, first route first', async () => {
    const routes = { 'GET /images/a/json': { body: 'a' }, 'GET /images/*/json': { body: 'any' } };
    await using engine = await startFakeEngine({ routes });
    expect((await ask(engine.socket, 'GET', '/images/a/json')).body).toBe('a');
    expect((await ask(engine.socket, 'GET', '/images/x/y:1/json')).body).toBe('any');
  });

  test('answers 404 as dockerd does where no route fits', async () => {
    await using engine = await startFakeEngine();
    const answer = { status: 404, body: '{"message":"page not found"}\r\n' };
    expect(await ask(engine.socket, 'GET', '/nothing')).toEqual(answer);
  });

  test('records bodies and queries, and sends arrays as JSON lines', async () => {
    const routes = { 'POST /images/load': { body: [{ stream: 'a' }, { error: 'b' }] } };
    await using engine = await startFakeEngine({ routes });
    const { body } = await ask(engine.socket, 'POST', '/images/load?quiet=1', 'tar');
    expect(body).toBe('{"stream":"a"}\r\n{"error":"b"}\r\n');
    expect(engine.requests[0]?.body?.toString()).toBe('tar');
    expect(engine.requests[0]?.query.get('quiet')).toBe('1');
  });

  test('hands over the connection after an upgrade', async () => {
    await using engine = await startFakeEngine({
      upgrades: {
        'POST /grpc': (connection) => connection.on('data', (bytes) => connection.end(bytes)),
      },
    });
    const echoed = await new Promise((resolve, reject) => {
      const headers = { connection: 'Upgrade', upgrade: 'h2c' };
      const sent = request({ socketPath: engine.socket, method: 'POST', path: '/grpc', headers });
      sent.once('error', reject).end();
      sent.once('upgrade', (_response, connection) => {
        text(connection).then(resolve, reject);
        connection.write('echo');
      });
    });
    expect(echoed).toBe('echo');
  });

  test('tells the body before an upgrade from what follows it', async () => {
    await using engine = await startFakeEngine({
      upgrades: {
        'POST /exec': (connection) => connection.on('data', (bytes) => connection.end(bytes)),
      },
    });
    const echoed = await new Promise((resolve, reject) => {
      const headers = { connection: 'Upgrade', upgrade: 'tcp' };
      const sent = request({ socketPath: engine.socket, method: 'POST', path: '/exec', headers });
      sent.once('error', reject).end('{"a":1}');
      sent.once('upgrade', (_response, connection) => {
        text(connection).then(resolve, reject);
        connection.write('echo');
      });
    });
    expect(echoed).toBe('echo');
    expect(String(engine.requests[0]?.body)).toBe('{"a":1}');
  });

  test('refuses an upgrade with what it is told to', async () => {
    await using engine = await startFakeEngine({
      refusals: { 'POST /grpc': { status: 502, body: { message: 'no' } } },
    });
    const headers = { connection: 'Upgrade', upgrade: 'h2c' };
    const answers = ['/grpc', '/session'].map(
      (path) =>
        new Promise((resolve, reject) => {
          const sent = request({ socketPath: engine.socket, method: 'POST', path, headers });
          sent.once('error', reject).end();
          sent.once('response', ({ statusCode }) => resolve(statusCode));
        }),
    );
    expect(await Promise.all(answers)).toEqual([502, 404]);
  });

  test('breaks connections when it is cut', async () => {
    await using engine = await startFakeEngine({ routes: { 'GET /info': () => engine.cut() } });
    await expect(ask(engine.socket, 'GET', '/info')).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});

import { once } from 'node:events';
import { type FakeEngineOptions, startFakeEngine } from '@warmdock/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectEngine } from '../engine.js';

async function connected(options: FakeEngineOptions) {
  const fake = await startFakeEngine(options);
  onTestFinished(() => fake[Symbol.asyncDispose]());
  return { fake, engine: connectEngine(fake.host) };
}

describe('hijack', () => {
  it('gives a stream in both directions, first bytes included', async () => {
    const { engine } = await connected({
      upgrades: {
        'POST /grpc': (connection) => {
          connection.write('hello');
          connection.on('data', (bytes) => connection.write(`echo ${bytes}`));
        },
      },
    });
    const stream = await engine.hijack('/grpc', { protocol: 'h2c' });
    expect(String((await once(stream, 'data'))[0])).toBe('hello');
    stream.write('x');
    expect(String((await once(stream, 'data'))[0])).toBe('echo x');
    stream.destroy();
  });

  it('sends each value of a header by itself, and no API version', async () => {
    const { engine, fake } = await connected({
      upgrades: { 'POST /session': (connection) => connection.end() },
    });
    const headers = {
      'x-docker-expose-session-uuid': 'abc',
      'x-docker-expose-session-grpc-method': ['/a/B', '/c/D'],
    };
    const stream = await engine.hijack('/session', { protocol: 'h2c', headers });
    stream.destroy();
    const [request] = fake.requests;
    expect(request).toMatchObject({
      apiVersion: undefined,
      headers: { upgrade: 'h2c', 'x-docker-expose-session-uuid': 'abc' },
    });
    // node joins what came in several lines
    expect(request?.headers['x-docker-expose-session-grpc-method']).toBe('/a/B, /c/D');
  });

  it('throws NOT_FOUND where the daemon has no such path', async () => {
    const { engine } = await connected({});
    await expect(engine.hijack('/grpc', { protocol: 'h2c' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('404'),
    });
  });

  it('throws UNAVAILABLE without a daemon', async () => {
    const engine = connectEngine('unix:///nonexistent/docker.sock');
    await expect(engine.hijack('/grpc', { protocol: 'h2c' })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  });

  it('throws CANCELLED before the upgrade, and leaves the stream alone afterwards', async () => {
    const abort = new AbortController();
    const { engine } = await connected({
      upgrades: { 'POST /grpc': (connection) => connection.pipe(connection) },
    });
    const stream = await engine.hijack('/grpc', { protocol: 'h2c', signal: abort.signal });
    abort.abort();
    stream.write('still there');
    expect(String((await once(stream, 'data'))[0])).toBe('still there');
    stream.destroy();
    await expect(
      engine.hijack('/grpc', { protocol: 'h2c', signal: abort.signal }),
    ).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

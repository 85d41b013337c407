import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { type FaultProxyOptions, startFaultProxy } from './fault-proxy.js';
import { listenAt } from './listen.js';

type Faults = Omit<FaultProxyOptions, 'target'>;

/** An echo server behind the proxy; resolves to what came back before the connection closed. */
async function echoThrough(faults: Faults, text: string, until: number): Promise<string> {
  await using echo = await listenAt(
    createServer((socket) => socket.pipe(socket)),
    'tcp',
  );
  const port = Number(new URL(echo.address).port);
  await using proxy = await startFaultProxy({ target: { host: '127.0.0.1', port }, ...faults });
  const client = clientOf(proxy.address);
  let received = '';
  client.on('data', (bytes) => {
    received += bytes;
    if (received.length >= until) client.end();
  });
  client.on('error', () => {});
  client.write(text);
  await once(client, 'close');
  return received;
}

function clientOf(address: string): Socket {
  const { protocol, pathname, hostname, port } = new URL(address);
  return protocol === 'unix:' ? connect(pathname) : connect(Number(port), hostname);
}

describe('fault proxy', () => {
  test.each(['tcp', 'unix'] as const)('without faults passes bytes on over %s', async (place) => {
    expect(await echoThrough({ place }, 'hello', 5)).toBe('hello');
  });

  test('delays each chunk', async () => {
    const began = performance.now();
    await echoThrough({ upstream: { delayMs: 40 }, downstream: { delayMs: 40 } }, 'hello', 5);
    expect(performance.now() - began).toBeGreaterThan(75);
  });

  test.each(['upstream', 'downstream'] as const)('cuts %s after so many bytes', async (way) => {
    const received = await echoThrough({ [way]: { cutAfterBytes: 3 } }, 'hello', 5);
    expect('hel'.startsWith(received)).toBe(true);
  });

  test('lets the bytes before the cut through', async () => {
    expect(await echoThrough({ downstream: { cutAfterBytes: 3 } }, 'hello', 5)).toBe('hel');
  });

  test('swallows bytes in a black hole, until it is filled again', async () => {
    await using echo = await listenAt(
      createServer((socket) => socket.pipe(socket)),
      'tcp',
    );
    const target = { host: '127.0.0.1', port: Number(new URL(echo.address).port) };
    await using proxy = await startFaultProxy({ target, upstream: { blackHole: true } });
    const client = clientOf(proxy.address);
    const answer = once(client, 'data');
    await new Promise<void>((sent) => client.write('lost', () => sent()));
    await new Promise((resolve) => setTimeout(resolve, 30));
    proxy.upstream = {};
    client.write('found');
    expect(String((await answer)[0])).toBe('found');
    client.destroy();
  });
});

import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { Worker } from 'node:worker_threads';
import { type FakeEngineOptions, startFakeEngine } from '@warmdock/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectEngine } from '../engine.js';
import type { EngineLimits } from './limits.js';

async function connected(limits: Partial<EngineLimits>, routes: FakeEngineOptions['routes'] = {}) {
  const fake = await startFakeEngine({ routes });
  onTestFinished(() => fake[Symbol.asyncDispose]());
  return connectEngine(fake.host, { apiVersion: '1.51', limits });
}

async function* archiveOf(chunks: number, delayMs = 0) {
  for (let n = 0; n < chunks; n++) {
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    yield Buffer.alloc(65_536);
  }
}

const late = (what: string) => ({ code: 'TIMEOUT', message: expect.stringContaining(what) });

describe('a daemon that keeps its caller waiting', () => {
  it('with an answer', async () => {
    const engine = await connected({ answerTimeoutMs: 80 }, { 'GET /info': () => {} });
    await expect(engine.info()).rejects.toMatchObject(late('gave no answer for 0.08 s'));
  });

  it('with the rest of an answer', async () => {
    const engine = await connected(
      { answerTimeoutMs: 300 },
      { 'GET /info': (_, response) => void response.writeHead(200).write('{') },
    );
    await expect(engine.info()).rejects.toMatchObject(late('gave no answer'));
  });

  it('with an upgrade', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const engine = connectEngine(
      { kind: 'tcp', host: '127.0.0.1', port },
      { limits: { answerTimeoutMs: 80 } },
    );
    await expect(engine.hijack('/grpc', { protocol: 'h2c' })).rejects.toMatchObject(
      late('did not upgrade'),
    );
    silent.close();
  });

  it('with taking bytes of a load', async () => {
    const engine = await connected({ stallTimeoutMs: 80 }, { 'POST /images/load': () => {} });
    await expect(engine.loadImages(archiveOf(1_000))).rejects.toMatchObject(late('took no data'));
  });

  it('with a word after the last byte', async () => {
    const engine = await connected(
      { unpackTimeoutMs: 80 },
      { 'POST /images/load': (_, __, message) => void message.resume() },
    );
    await expect(engine.loadImages(archiveOf(1))).rejects.toMatchObject(late('was silent'));
  });

  it('has more time as long as it is busy with something else', async () => {
    const engine = await connected(
      { unpackTimeoutMs: 80 },
      { 'POST /images/load': (_, __, message) => void message.resume() },
    );
    let asked = 0;
    const isBusy = async () => ++asked < 3;
    const loading = engine.loadImages(archiveOf(1), { isBusy });
    await expect(loading).rejects.toMatchObject(late('was silent'));
    expect(asked).toBe(3);
  });

  it('is not blamed when the archive is slow', async () => {
    const engine = await connected(
      { stallTimeoutMs: 80 },
      { 'POST /images/load': { body: [{ stream: 'Loaded image: a\n' }] } },
    );
    expect(await engine.loadImages(archiveOf(2, 200))).toEqual({ loaded: ['a'] });
  });

  it('with a connection', async () => {
    const endpoint = {
      kind: 'tcp',
      host: '127.0.0.1',
      port: await portThatAcceptsNothing(),
    } as const;
    const engine = connectEngine(endpoint, { limits: { connectTimeoutMs: 80 } });
    await expect(engine.ping()).rejects.toMatchObject(late('took no connection'));
  });
});

/** A thread that listens and then sleeps; connections fill its queue, after which the kernel lets further ones wait. */
async function portThatAcceptsNothing(): Promise<number> {
  const listener = new Worker(
    `const { parentPort } = require('node:worker_threads');
     const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
       parentPort.postMessage(server.address().port);
       setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), 10);
     });`,
    { eval: true },
  );
  const [port] = (await once(listener, 'message')) as [number];
  await new Promise((resolve) => setTimeout(resolve, 200));
  const fillers = Array.from({ length: 8 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  await new Promise((resolve) => setTimeout(resolve, 100));
  onTestFinished(async () => {
    for (const filler of fillers) filler.destroy();
    await listener.terminate();
  });
  return port;
}

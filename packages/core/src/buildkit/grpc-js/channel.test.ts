import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import {
  createServer,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duplexPair } from 'node:stream';
import { startFakeBuildkit } from '@warmdock/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseBuilderAddress } from '../address.js';
import { dialBuilder } from '../dial.js';
import { type Method, serve } from '../grpc/server.js';
import { GrpcCode, GrpcStatusError } from '../grpc/status.js';
import { openGrpcJsChannel } from './channel.js';

const ask = '/moby.buildkit.v1.Control/ListWorkers';
const nothing = new Uint8Array();

/** Temporary files go to a folder of the test's own, which is answered. */
function temporaryFolder(): string {
  const before = process.env.TMPDIR;
  const folder = mkdtempSync(join(tmpdir(), 'warmdock-test-'));
  process.env.TMPDIR = folder;
  onTestFinished(() => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

async function connectionToFake() {
  const fake = await startFakeBuildkit({ listWorkers: (request) => request });
  onTestFinished(() => fake[Symbol.asyncDispose]());
  return dialBuilder(parseBuilderAddress(fake.address));
}

/** A server whose connections the test has in its hands. */
async function serverSession(server: Http2Server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const [connection, [session]] = await Promise.all([
    dialBuilder(parseBuilderAddress(`tcp://127.0.0.1:${port}`)),
    once(server, 'session') as Promise<[ServerHttp2Session]>,
  ]);
  return { connection, session };
}

describe('a channel of grpc-js', () => {
  it('leaves no file behind', async () => {
    const folder = temporaryFolder();
    const channel = await openGrpcJsChannel(await connectionToFake(), 'the peer');
    await channel.unary(ask, nothing);
    await expect.poll(() => readdirSync(folder)).toEqual([]);
    channel.close();
  });

  it('leaves no file behind when it is closed before it was used', async () => {
    const folder = temporaryFolder();
    const [near] = duplexPair();
    const channel = await openGrpcJsChannel(near, 'the peer');
    channel.close();
    await expect.poll(() => readdirSync(folder)).toEqual([]);
    expect(near.destroyed).toBe(true);
  });

  it('says so where no temporary file can be made, and lets the connection go', async () => {
    const folder = temporaryFolder();
    rmSync(folder, { recursive: true });
    const [near] = duplexPair();
    await expect(openGrpcJsChannel(near, 'the peer')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining(folder),
      hint: expect.stringContaining('TMPDIR'),
    });
    expect(near.destroyed).toBe(true);
    expect(existsSync(folder)).toBe(false);
  });

  it('names its target in requests', async () => {
    const server = createServer();
    const { connection } = await serverSession(server);
    const target = { authority: 'builder.example:1234' };
    const channel = await openGrpcJsChannel(connection, 'the peer', { target });
    onTestFinished(() => channel.close());
    const begun = once(server, 'stream');
    channel.unary(ask, nothing).catch(() => {});
    const [, headers] = await begun;
    expect(headers).toMatchObject({
      ':authority': 'builder.example:1234',
      ':scheme': 'http',
      ':path': ask,
      'user-agent': expect.stringMatching(/^warmdock /),
    });
  });

  it('does not dial again when the peer says that it goes away', async () => {
    const server = createServer();
    let connections = 0;
    server.on('connection', () => connections++);
    const { connection, session } = await serverSession(server);
    const channel = await openGrpcJsChannel(connection, 'the peer');
    onTestFinished(() => channel.close());
    const begun = once(server, 'stream');
    const answer = channel.unary(ask, nothing);
    const [stream] = await begun;
    session.goaway();
    await expect.poll(() => channel.failure).toMatchObject({ code: 'UNAVAILABLE' });
    expect(() => channel.call(ask)).toThrow(channel.failure);
    // What it has taken it answers.
    stream.respond({ 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(Buffer.from([0, 0, 0, 0, 1, 7]));
    expect(await answer).toEqual(Buffer.from([7]));
    expect(connections).toBe(1);
  });

  describe('with a peer that falls silent', () => {
    /** Patient with a test's own server on a busy machine. */
    const heartbeat = { quietMs: 100, answerMs: 60_000 };
    const impatient = { quietMs: 100, answerMs: 300 };

    it('asks it by a call, and goes on when it answers', async () => {
      const asked: string[] = [];
      const server = createServer();
      const { connection } = await serverSession(server);
      const channel = await openGrpcJsChannel(connection, 'the peer', { heartbeat });
      onTestFinished(() => channel.close());
      const answers = new Promise<ServerHttp2Stream>((resolve) => {
        server.on('stream', (stream, headers) => {
          const path = headers[':path'];
          if (path === ask) return;
          stream.respond(
            { 'content-type': 'application/grpc', 'grpc-status': '12' },
            { endStream: true },
          );
          if (asked.push(`${path}`) === 2) resolve(stream);
        });
      });
      channel.unary(ask, nothing).catch(() => {});
      await answers;
      expect(asked).toEqual(['/grpc.health.v1.Health/Check', '/grpc.health.v1.Health/Check']);
      expect(channel.failure).toBeUndefined();
    });

    it('gives it up when it does not answer', async () => {
      const { connection } = await serverSession(createServer());
      const channel = await openGrpcJsChannel(connection, 'the peer', { heartbeat: impatient });
      await expect(channel.unary(ask, nothing)).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringContaining('nothing was heard'),
      });
      expect(connection.destroyed).toBe(true);
    });

    it('asks nothing while no call is open', async () => {
      const server = createServer();
      let calls = 0;
      server.on('stream', (stream) => {
        calls++;
        stream.respond(
          { 'content-type': 'application/grpc', 'grpc-status': '12' },
          { endStream: true },
        );
      });
      const { connection } = await serverSession(server);
      const channel = await openGrpcJsChannel(connection, 'the peer', { heartbeat });
      onTestFinished(() => channel.close());
      await channel.unary(ask, nothing).catch(() => {});
      const before = calls;
      await new Promise((resolve) => setTimeout(resolve, 400));
      expect(calls).toBe(before);
    });

    it('such as for a status above 64 KB, on which node:http2 ends the connection unheard', async () => {
      const failing: Method = () =>
        Promise.reject(new GrpcStatusError(GrpcCode.NOT_FOUND, '\x7f'.repeat(70_000)));
      const [near, far] = duplexPair();
      void serve(far, new Map([[ask, failing]]), 60_000);
      const channel = await openGrpcJsChannel(near, 'the peer', { heartbeat: impatient });
      await expect(channel.unary(ask, nothing)).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        hint: expect.stringContaining('Dockerfile'),
      });
    });
  });

  it('does not wait for a connection that ends before it is used', async () => {
    const [near] = duplexPair();
    near.destroy(new Error('gone'));
    const channel = await openGrpcJsChannel(near, 'the peer');
    await expect(channel.unary(ask, nothing)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('the peer'),
    });
  });
});

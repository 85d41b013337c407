import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import { startFakeBuildkit, startFaultProxy } from '@warmdock/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseBuilderAddress } from '../address.js';
import { dialBuilder } from '../dial.js';
import type { Channel } from './channel.js';
import { channels } from './channels.testing.js';
import { GrpcCode } from './status.js';

const ask = '/moby.buildkit.v1.Control/ListWorkers';
const nothing = new Uint8Array();

describe.each(channels)('over %s', (name, open) => {
  async function channelTo(address: string): Promise<Channel> {
    const channel = await open(await dialBuilder(parseBuilderAddress(address)), 'the peer');
    onTestFinished(() => channel.close());
    return channel;
  }

  async function channelToServer(server: Server): Promise<Channel> {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    return channelTo(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  /** A server that answers every call by hand. */
  function http2Server(answer: (stream: ServerHttp2Stream) => void): Server {
    const server = createHttp2Server();
    server.on('stream', (stream) => {
      stream.on('error', () => {});
      answer(stream);
    });
    return server;
  }

  /** A call that the fake never answers, through a proxy. */
  async function hangingCall(signal?: AbortSignal) {
    let begun = () => {};
    const arrived = new Promise<void>((resolve) => {
      begun = resolve;
    });
    let noticed = () => {};
    const cancelled = new Promise<void>((resolve) => {
      noticed = resolve;
    });
    const fake = await startFakeBuildkit({
      listWorkers(_, call) {
        call.signal.addEventListener('abort', noticed);
        begun();
        return new Promise(() => {});
      },
    });
    const port = Number(new URL(fake.address).port);
    const proxy = await startFaultProxy({ target: { host: '127.0.0.1', port } });
    onTestFinished(() => proxy[Symbol.asyncDispose]());
    onTestFinished(() => fake[Symbol.asyncDispose]());
    const channel = await channelTo(proxy.address);
    const answer = channel.unary(ask, nothing, { signal });
    answer.catch(() => {});
    await arrived;
    return { channel, proxy, answer, cancelled };
  }

  describe('cancelling a call', () => {
    it('throws CANCELLED, names the call, and the peer hears of it', async () => {
      const abort = new AbortController();
      const { answer, cancelled } = await hangingCall(abort.signal);
      abort.abort();
      await expect(answer).rejects.toMatchObject({
        code: 'CANCELLED',
        message: expect.stringMatching(/ListWorkers on the peer/),
      });
      await cancelled;
    });

    it('leaves the connection to the other calls', async () => {
      const abort = new AbortController();
      const { channel, answer } = await hangingCall(abort.signal);
      abort.abort();
      await answer.catch(() => {});
      await expect(channel.unary('/no/Method', nothing)).rejects.toMatchObject({ status: 12 });
    });

    it('before it begins sends nothing', async () => {
      const { channel } = await hangingCall();
      const signal = AbortSignal.abort();
      await expect(channel.unary(ask, nothing, { signal })).rejects.toMatchObject({
        code: 'CANCELLED',
      });
    });
  });

  describe('a broken connection', () => {
    it('ends its calls with UNAVAILABLE and a hint, and refuses new ones the same way', async () => {
      const { channel, proxy, answer } = await hangingCall();
      expect(channel.failure).toBeUndefined();
      proxy.cut();
      const failure = {
        code: 'UNAVAILABLE',
        message: expect.stringContaining('the peer'),
        hint: expect.any(String),
      };
      await expect(answer).rejects.toMatchObject(failure);
      expect(channel.failure).toMatchObject(failure);
      await expect(channel.unary(ask, nothing)).rejects.toMatchObject(failure);
    });

    it('by this side says so', async () => {
      const { channel, answer } = await hangingCall();
      channel.close();
      await expect(answer).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: 'connection to the peer was closed by this side',
      });
    });

    it('in the middle of a message ends the call too', async () => {
      const fake = await startFakeBuildkit({ listWorkers: () => Buffer.alloc(1_000_000) });
      onTestFinished(() => fake[Symbol.asyncDispose]());
      const port = Number(new URL(fake.address).port);
      await using proxy = await startFaultProxy({
        target: { host: '127.0.0.1', port },
        downstream: { cutAfterBytes: 400_000 },
      });
      const channel = await channelTo(proxy.address);
      await expect(channel.unary(ask, nothing)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    });
  });

  describe('a peer that is no BuildKit', () => {
    const grpc = { ':status': 200, 'content-type': 'application/grpc' };
    const unavailable = { code: 'UNAVAILABLE' };
    const protocol = { code: 'PROTOCOL' };

    it.each<[string, (stream: ServerHttp2Stream) => void, object, inGrpcJs?: object]>([
      [
        'an answer without a gRPC status',
        (stream) => stream.respond(grpc, { endStream: true }),
        unavailable,
        { status: GrpcCode.UNKNOWN },
      ],
      [
        'an answer that ends inside a message',
        (stream) => {
          stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
          stream.respond(grpc, { waitForTrailers: true });
          stream.end(Buffer.from([0, 0, 0, 0, 9, 1]));
        },
        protocol,
        { status: GrpcCode.INTERNAL },
      ],
      [
        'a compressed message that nobody asked for',
        (stream) => {
          stream.respond(grpc);
          stream.write(Buffer.from([1, 0, 0, 0, 0]));
        },
        protocol,
        { status: GrpcCode.UNKNOWN },
      ],
      [
        'a status that is no number is UNKNOWN',
        (stream) => stream.respond({ ...grpc, 'grpc-status': 'many' }, { endStream: true }),
        { status: GrpcCode.UNKNOWN },
      ],
      ['a reset call is UNAVAILABLE', (stream) => stream.close(0x7), unavailable],
    ])('%s', async (_rule, answer, failure, inGrpcJs = failure) => {
      const channel = await channelToServer(http2Server(answer));
      const expected = name === 'grpc-js' ? inGrpcJs : failure;
      await expect(channel.unary(ask, nothing)).rejects.toMatchObject(expected);
    });

    it('an HTTP/1.1 server is UNAVAILABLE, and a hint says to check the address', async () => {
      const channel = await channelToServer(createHttpServer());
      await expect(channel.unary(ask, nothing)).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringContaining('the peer'),
        hint: expect.stringContaining('address'),
      });
    });
  });
});

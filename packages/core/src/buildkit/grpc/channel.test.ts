import {
  type FakeBuildkitHandlers,
  GrpcError,
  GrpcMetadata,
  startFakeBuildkit,
} from '@warmdock/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Status } from '../../gen/status.js';
import { parseBuilderAddress } from '../address.js';
import { dialBuilder } from '../dial.js';
import type { Channel } from './channel.js';
import { channels } from './channels.testing.js';
import { GrpcCode } from './status.js';

const ask = '/moby.buildkit.v1.Control/ListWorkers';
const read = '/containerd.services.content.v1.Content/Read';
const talk = '/moby.buildkit.v1.Control/Session';
const nothing = new Uint8Array();
/** What grpc-js says of messages that are too large. */
const resourceExhausted = 8;

describe.each(channels)('over %s', (name, open) => {
  async function channelTo(address: string): Promise<Channel> {
    const channel = await open(await dialBuilder(parseBuilderAddress(address)), 'the peer');
    onTestFinished(() => channel.close());
    return channel;
  }

  /** A channel to a server of grpc-js, which shares no code with it. */
  async function channelToFake(handlers: FakeBuildkitHandlers): Promise<Channel> {
    const fake = await startFakeBuildkit(handlers);
    onTestFinished(() => fake[Symbol.asyncDispose]());
    return channelTo(fake.address);
  }

  async function collect(messages: AsyncIterable<Buffer>): Promise<string[]> {
    const texts: string[] = [];
    for await (const message of messages) texts.push(String(message));
    return texts;
  }

  describe('a unary call', () => {
    it.each([0, 1, 70_000, 16 * 1024 * 1024])('carries %i bytes there and back', async (size) => {
      const bytes = Buffer.alloc(size, 7);
      const channel = await channelToFake({ listWorkers: (request) => request });
      expect((await channel.unary(ask, bytes)).equals(bytes)).toBe(true);
    });

    it('runs side by side with others, each with its own answer', async () => {
      const channel = await channelToFake({ listWorkers: (request) => request });
      const names = Array.from({ length: 50 }, (_, index) => `call ${index}`);
      const answers = await Promise.all(names.map((name) => channel.unary(ask, Buffer.from(name))));
      expect(answers.map(String)).toEqual(names);
    });

    it('shares its signal with many others without a warning', async () => {
      const warnings: Error[] = [];
      const note = (warning: Error) => void warnings.push(warning);
      process.on('warning', note);
      onTestFinished(() => void process.off('warning', note));
      const channel = await channelToFake({ listWorkers: (request) => request });
      const { signal } = new AbortController();
      await Promise.all(Array.from({ length: 50 }, () => channel.unary(ask, nothing, { signal })));
      await new Promise((resolve) => setImmediate(resolve));
      expect(warnings).toEqual([]);
    });

    it('carries metadata', async () => {
      const channel = await channelToFake({
        listWorkers: (_, { metadata }) => Buffer.from(metadata.get('x-names').join()),
      });
      const answer = await channel.unary(ask, nothing, { metadata: { 'x-names': ['a', 'b'] } });
      expect(String(answer)).toBe('a, b');
    });

    it('carries binary metadata, in base64', async () => {
      const channel = await channelToFake({
        listWorkers: (_, { metadata }) => metadata.get('x-blob-bin')[0] as Buffer,
      });
      const blob = Buffer.from([0, 255, 10, 44]);
      const metadata = { 'x-blob-bin': blob.toString('base64') };
      expect(await channel.unary(ask, nothing, { metadata })).toEqual(blob);
    });

    it('refuses metadata that cannot be sent', async () => {
      const channel = await channelToFake({});
      const metadata = { 'x-name': 'füße\n' };
      await expect(channel.unary(ask, nothing, { metadata })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
    });

    it('throws the status with its details, whatever the alphabet of its message', async () => {
      const details = [{ typeUrl: 'example/Reason', value: Buffer.from('{"why":1}') }];
      const metadata = new GrpcMetadata();
      const status = Status.encode({ code: 5, message: '', details }).finish();
      metadata.set('grpc-status-details-bin', Buffer.from(status));
      const channel = await channelToFake({
        listWorkers: () => Promise.reject(new GrpcError(5, 'füße 100% 日本', metadata)),
      });
      await expect(channel.unary(ask, nothing)).rejects.toMatchObject({
        status: GrpcCode.NOT_FOUND,
        message: 'füße 100% 日本',
        details: [{ typeUrl: 'example/Reason', value: expect.anything() }],
      });
    });

    it('throws UNIMPLEMENTED, which comes in the headers of an answer without trailers', async () => {
      const channel = await channelToFake({});
      await expect(channel.unary(ask, nothing)).rejects.toMatchObject({
        status: GrpcCode.UNIMPLEMENTED,
      });
    });

    it('throws when the status is OK and no message came', async () => {
      const channel = await channelToFake({ async *contentRead() {} });
      await expect(channel.unary(read, nothing)).rejects.toMatchObject({
        status: GrpcCode.INTERNAL,
      });
    });

    it('refuses a message above the limit without taking it into memory', async () => {
      const channel = await channelToFake({ listWorkers: () => Buffer.alloc(17 * 1024 * 1024) });
      await expect(channel.unary(ask, nothing)).rejects.toMatchObject(
        name === 'grpc-js' ? { status: resourceExhausted } : { code: 'PROTOCOL' },
      );
      await expect(channel.unary(talk, nothing)).rejects.toMatchObject({
        status: GrpcCode.UNIMPLEMENTED,
      });
    });
  });

  describe('a stream of answers', () => {
    it('comes in order, whole, and ends', async () => {
      const texts = Array.from({ length: 500 }, (_, index) => `${index}`.repeat(index));
      const channel = await channelToFake({
        async *contentRead() {
          for (const text of texts) yield Buffer.from(text);
        },
      });
      const call = channel.call(read);
      call.write([nothing]);
      call.end();
      expect(await collect(call.messages)).toEqual(texts);
    });

    it('runs in both directions at once', async () => {
      const channel = await channelToFake({
        async *session(requests) {
          for await (const request of requests) yield Buffer.from(`re ${request}`);
        },
      });
      const call = channel.call(talk);
      call.write([Buffer.from('a'), Buffer.from('b')]);
      call.write([Buffer.from('c')]);
      call.end();
      expect(await collect(call.messages)).toEqual(['re a', 're b', 're c']);
    });

    it('throws the status that comes after messages', async () => {
      const channel = await channelToFake({
        async *contentRead() {
          yield Buffer.from('half');
          throw new GrpcError(10, 'no more');
        },
      });
      const call = channel.call(read);
      call.write([nothing]);
      call.end();
      await expect(collect(call.messages)).rejects.toMatchObject({ status: GrpcCode.ABORTED });
    });

    it('holds the peer back while nobody reads', async () => {
      let produced = 0;
      const channel = await channelToFake({
        async *contentRead() {
          for (; produced < 100; produced++) yield Buffer.alloc(1024 * 1024);
        },
      });
      const call = channel.call(read);
      call.write([nothing]);
      call.end();
      for await (const _ of call.messages) {
        await new Promise((resolve) => setTimeout(resolve, 200));
        break;
      }
      expect(produced).toBeLessThan(20);
    });

    it('asks its writer to wait while the peer does not read', async () => {
      let goOn = () => {};
      const waits = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      const channel = await channelToFake({
        async *session(requests) {
          await waits;
          let bytes = 0;
          for await (const request of requests) bytes += request.length;
          yield Buffer.from(`${bytes}`);
        },
      });
      const call = channel.call(talk);
      let room: Promise<void> | undefined;
      let written = 0;
      for (; written < 100; written++) {
        room = call.write([Buffer.alloc(1024 * 1024)]);
        const isHeld = room?.then(() => false) ?? false;
        const turn = new Promise<true>((resolve) => setTimeout(resolve, 200, true));
        if (await Promise.race([isHeld, turn])) break;
      }
      expect(written).toBeLessThan(20);
      goOn();
      await room;
      call.end();
      expect(await collect(call.messages)).toEqual([`${(written + 1) * 1024 * 1024}`]);
    });

    it('is cancelled at the peer when the reader leaves', async () => {
      let left = () => {};
      const cancelled = new Promise<void>((resolve) => {
        left = resolve;
      });
      const channel = await channelToFake({
        async *contentRead(_, { signal }) {
          signal.addEventListener('abort', left);
          yield Buffer.from('first');
          await cancelled;
        },
      });
      const call = channel.call(read);
      call.write([nothing]);
      call.end();
      for await (const _ of call.messages) break;
      await cancelled;
    });
  });
});

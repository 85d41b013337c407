import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  type BidiHandler,
  decodeBytesMessage,
  encodeBytesMessage,
  GrpcError,
  startFakeBuildkit,
} from '@warmdock/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseBuilderAddress } from '../address.js';
import { dialBuilder } from '../dial.js';
import { channels } from './channels.testing.js';
import { tunnelThrough } from './tunnel.js';

describe.each(channels)('over %s', (_name, open) => {
  /** A tunnel to a fake BuildKit that handles the other end's messages. */
  async function tunnelTo(session: BidiHandler) {
    const fake = await startFakeBuildkit({ session });
    const channel = await open(await dialBuilder(parseBuilderAddress(fake.address)), 'the peer');
    const tunnel = tunnelThrough(channel.call('/moby.buildkit.v1.Control/Session'));
    onTestFinished(async () => {
      tunnel.destroy();
      channel.close();
      await fake[Symbol.asyncDispose]();
    });
    return tunnel;
  }

  describe('a tunnel', () => {
    it('carries bytes there and back', async () => {
      const tunnel = await tunnelTo((requests) => requests);
      const sent = randomBytes(3_000_000);
      for (let at = 0; at < sent.length; at += 10_000) tunnel.write(sent.subarray(at, at + 10_000));
      tunnel.end();
      const received: Buffer[] = [];
      for await (const chunk of tunnel) received.push(chunk);
      expect(Buffer.concat(received).equals(sent)).toBe(true);
    });

    it('packs small writes into few messages, none of them above 1 MiB', async () => {
      const sizes: number[] = [];
      const tunnel = await tunnelTo(async function* (requests) {
        for await (const request of requests) sizes.push(decodeBytesMessage(request).length);
        yield encodeBytesMessage(Buffer.from('all'));
      });
      for (let write = 0; write < 3_000; write++) tunnel.write(Buffer.alloc(1_000));
      tunnel.end();
      await once(tunnel, 'data');
      expect(sizes.reduce((sum, size) => sum + size)).toBe(3_000_000);
      expect(sizes.length).toBeLessThan(100);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(1024 * 1024);
    });

    it('holds the other end back while nobody reads', async () => {
      let produced = 0;
      const tunnel = await tunnelTo(async function* () {
        for (; produced < 100; produced++) yield encodeBytesMessage(Buffer.alloc(1_000_000));
      });
      await once(tunnel, 'readable');
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(produced).toBeLessThan(30);
      let received = 0;
      for await (const chunk of tunnel) received += chunk.length;
      expect(received).toBe(100_000_000);
    });

    it('ends when the other end does', async () => {
      const tunnel = await tunnelTo(async function* () {
        yield encodeBytesMessage(Buffer.from('bye'));
      });
      tunnel.resume();
      await once(tunnel, 'end');
    });

    it('breaks with the status of the other end', async () => {
      const tunnel = await tunnelTo(async function* () {
        yield encodeBytesMessage(Buffer.from('half'));
        throw new GrpcError(10, 'no more');
      });
      tunnel.resume();
      const [error] = await once(tunnel, 'error');
      expect(error).toMatchObject({ status: 10, message: 'no more' });
    });

    it('that is destroyed is cancelled at the other end', async () => {
      let left = () => {};
      const cancelled = new Promise<void>((resolve) => {
        left = resolve;
      });
      const tunnel = await tunnelTo(async function* (_, { signal }) {
        signal.addEventListener('abort', left);
        yield encodeBytesMessage(Buffer.from('hello'));
        await cancelled;
      });
      await once(tunnel, 'data');
      tunnel.destroy();
      await cancelled;
    });
  });
});

import { randomBytes } from 'node:crypto';
import { Duplex, duplexPair } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import { channels } from './channels.testing.js';
import { type Method, type ServerCall, serve } from './server.js';
import { tunnelThrough } from './tunnel.js';
import { bytesField, encodeBytesHead } from './wire-fields.js';

const echoPath = '/test.Service/Echo';
const tunnelPath = '/test.Service/Tunnel';

const echo: Method = async (call) => {
  for await (const batch of call.batches) if (batch.length > 0) await call.write(batch);
};

/** The far end of a tunnel as a byte stream. */
function farEnd(call: ServerCall): Duplex {
  const byteStream = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      const message = Buffer.concat([encodeBytesHead(chunk.length), chunk]);
      Promise.resolve(call.write([message])).then(() => done(), done);
    },
  });
  const pump = async () => {
    for await (const batch of call.batches)
      for (const message of batch) byteStream.push(bytesField(message, 1));
  };
  pump()
    .finally(() => byteStream.destroy())
    .catch(() => {});
  return byteStream;
}

/** Serves echoes, and tunnels in which the same is served. */
function serveAll(byteStream: Duplex): Promise<void> {
  const tunnel: Method = (call) => serveAll(farEnd(call));
  const methods = new Map([
    [echoPath, echo],
    [tunnelPath, tunnel],
  ]);
  return serve(byteStream, methods, 60_000);
}

it.each(channels)('a tunnel in a tunnel carries 5 MB there and back over %s', async (_, open) => {
  const channelOver = async (byteStream: Duplex) => {
    const channel = await open(byteStream, 'the peer');
    onTestFinished(() => channel.close());
    return channel;
  };
  const [near, far] = duplexPair();
  void serveAll(far);
  const outer = await channelOver(near);
  const middle = await channelOver(tunnelThrough(outer.call(tunnelPath)));
  const inner = await channelOver(tunnelThrough(middle.call(tunnelPath)));
  const call = inner.call(echoPath);
  const sent = randomBytes(1_000_000);
  const sending = async () => {
    for (let round = 0; round < 5; round++) await call.write([sent]);
    call.end();
  };
  const done = sending();
  let received = 0;
  for await (const message of call.messages) {
    expect(message.equals(sent)).toBe(true);
    received++;
  }
  await done;
  expect(received).toBe(5);
});

import { describe, expect, it } from 'vitest';
import {
  number32,
  type RawPeer,
  rawFrame,
  readAll,
  requestBlock,
  responseBlock,
  setting,
  settled,
  startGreeted,
} from './raw-peer.testing.js';

const request = [':method', 'POST', ':scheme', 'http', ':path', '/'];
const widen = (streamId: number, bytes: number) => rawFrame(8, 0, streamId, number32(bytes));
const headers = (streamId: number, block: Uint8Array) => rawFrame(1, 4, streamId, block);

/** The increments that came for a stream, taken out. */
function increments(peer: RawPeer, streamId: number): number[] {
  const isOurs = (frame: { type: number; streamId: number }) =>
    frame.type === 8 && frame.streamId === streamId;
  const found = peer.frames.filter(isOurs).map(({ payload }) => payload.readUInt32BE(0));
  peer.frames.splice(0, peer.frames.length, ...peer.frames.filter((frame) => !isOurs(frame)));
  return found;
}

describe('sending', () => {
  it('stops where the window of the stream ends, and goes on when it is widened', async () => {
    const { connection, peer } = startGreeted('client');
    peer.send(widen(0, 1_000_000));
    const stream = connection.request(request);
    let room = false;
    void stream.write([Buffer.alloc(200_000)])?.then(() => {
      room = true;
    });
    await settled();
    expect(peer.dataBytes(1)).toBe(65_535);
    peer.send(widen(1, 10_000));
    await settled();
    expect([peer.dataBytes(1), room]).toEqual([75_535, false]);
    peer.send(widen(1, 1_000_000));
    await settled();
    expect([peer.dataBytes(1), room]).toEqual([200_000, true]);
  });

  it('stops where the window of the connection ends, for all streams', async () => {
    const { connection, peer } = startGreeted('client', {}, setting(4, 1_000_000));
    await settled();
    const streams = [connection.request(request), connection.request(request)];
    for (const stream of streams) void stream.write([Buffer.alloc(100_000)]);
    await settled();
    const sent = [peer.dataBytes(1), peer.dataBytes(3)];
    expect(sent[0]).toBeGreaterThan(30_000);
    expect(sent[1]).toBeGreaterThan(30_000);
    expect(peer.dataBytes(1) + peer.dataBytes(3)).toBe(65_535);
    peer.send(widen(0, 1_000_000));
    await settled();
    expect([peer.dataBytes(1), peer.dataBytes(3)]).toEqual([100_000, 100_000]);
  });

  it('heeds a window that is made smaller when it is used, down to below zero', async () => {
    const { connection, peer } = startGreeted('client');
    peer.send(widen(0, 1_000_000));
    const stream = connection.request(request);
    void stream.write([Buffer.alloc(100_000)]);
    await settled();
    peer.send(rawFrame(4, 0, 0, setting(4, 10)), widen(1, 65_525));
    await settled();
    expect(peer.dataBytes(1)).toBe(65_535);
    peer.send(widen(1, 100));
    await settled();
    expect(peer.dataBytes(1)).toBe(65_635);
    peer.send(rawFrame(4, 0, 0, setting(4, 1_000_000)));
    await settled();
    expect(peer.dataBytes(1)).toBe(100_000);
  });

  it('keeps to the size of frames that the peer takes', async () => {
    const settings = [...setting(5, 20_000), ...setting(4, 1_000_000)];
    const { connection, peer } = startGreeted('client', {}, settings);
    await settled();
    const stream = connection.request(request);
    void stream.write([Buffer.alloc(50_000)]);
    stream.end();
    await settled();
    const sizes = peer.frames.filter(({ type }) => type === 0).map(({ payload }) => payload.length);
    expect(sizes).toEqual([20_000, 20_000, 10_000]);
    expect(peer.frames.at(-1)?.flags).toBe(1);
  });

  it('asks the writer to wait only when much is waiting', async () => {
    const { connection } = startGreeted('client');
    const stream = connection.request(request);
    expect(stream.write([Buffer.alloc(1_000)])).toBeUndefined();
    expect(stream.write([Buffer.alloc(100_000)])).toBeInstanceOf(Promise);
  });

  it('gathers what is said in one turn into one write', async () => {
    const { connection, peer } = startGreeted('client');
    await settled();
    let chunks = 0;
    peer.byteStream.on('data', () => chunks++);
    const stream = connection.request(request);
    void stream.write([Buffer.from('a'), Buffer.from('b')]);
    void stream.write([Buffer.from('c')]);
    stream.end();
    await settled();
    const data = peer.frames.filter(({ type }) => type === 0);
    expect(data.map(({ payload, flags }) => [String(payload), flags])).toEqual([['abc', 1]]);
    // The pair of streams passes corked writes on one by one: headers, head, three pieces.
    expect(chunks).toBeLessThanOrEqual(5);
  });

  it('of a request waits while the peer takes no more', async () => {
    const { connection, peer } = startGreeted('client', {}, setting(3, 1));
    await settled();
    const [first, second, third] = [1, 2, 3].map(() => connection.request(request));
    void second?.write([Buffer.from('second')]);
    second?.end();
    await settled();
    expect(peer.frames.filter(({ type }) => type === 1)).toHaveLength(1);
    third?.reset(8);
    first?.reset(8);
    await settled();
    expect(peer.frames.filter(({ type }) => type === 1)).toHaveLength(2);
    expect(peer.dataBytes(3)).toBe(6);
    peer.send(rawFrame(4, 0, 0, setting(3, 5)));
    connection.request(request);
    await settled();
    expect(peer.frames.filter(({ type }) => type === 1)).toHaveLength(3);
  });
});

describe('receiving', () => {
  it('gives back by the half window what was read, and to the connection what came', async () => {
    const { peer, streams } = startGreeted('server');
    peer.send(headers(1, requestBlock));
    await settled();
    increments(peer, 0);
    for (let at = 0; at < 6; at++) peer.send(rawFrame(0, 0, 1, Buffer.alloc(16_000)));
    await settled();
    // Nobody has read a byte: only the connection is open again, for other streams.
    expect(increments(peer, 1)).toEqual([]);
    peer.send(headers(3, requestBlock), rawFrame(0, 0, 3, Buffer.alloc(8_000)));
    await settled();
    expect(increments(peer, 0)).toEqual([104_000]);
    const body = streams[0]?.body[Symbol.asyncIterator]();
    let readBytes = 0;
    while (readBytes < 96_000) {
      const { value = [] } = (await body?.next()) ?? {};
      for (const piece of value as Buffer[]) readBytes += piece.length;
    }
    body?.next().catch(() => {});
    await settled();
    expect(increments(peer, 1)).toEqual([64_000]);
  });

  it('holds each stream back by itself', async () => {
    const { connection, peer } = startGreeted('client');
    const [idle, busy] = [connection.request(request), connection.request(request)];
    peer.send(headers(1, responseBlock), headers(3, responseBlock));
    for (let at = 0; at < 6; at++) peer.send(rawFrame(0, 0, 1, Buffer.alloc(16_000)));
    const reading = readAll(busy);
    for (let at = 0; at < 50; at++) {
      peer.send(rawFrame(0, 0, 3, Buffer.alloc(16_000)));
      await settled();
    }
    peer.send(rawFrame(0, 1, 3));
    expect(await reading).toHaveLength(800_000);
    expect(idle.closed).toBe(false);
  });

  it('gives padding back, though nobody reads it', async () => {
    const { peer, streams } = startGreeted('server');
    peer.send(headers(1, requestBlock));
    for (let at = 0; at < 400; at++) {
      peer.send(rawFrame(0, 8, 1, [255, ...Buffer.from('x'), ...Buffer.alloc(255)]));
      await settled();
    }
    peer.send(rawFrame(0, 1, 1));
    const [stream] = streams;
    expect(stream && (await readAll(stream))).toHaveLength(400);
  });

  it('byte by byte keeps no piece for each', async () => {
    const { peer, streams } = startGreeted('server');
    peer.send(headers(1, requestBlock));
    peer.send(...Array.from({ length: 50_000 }, (_, at) => rawFrame(0, 0, 1, [at & 255])));
    peer.send(rawFrame(0, 1, 1));
    await settled();
    const pieces: Buffer[] = [];
    for await (const some of streams[0]?.body ?? []) pieces.push(...some);
    expect(pieces.length).toBeLessThan(2_000);
    const whole = Buffer.concat(pieces);
    expect(whole).toHaveLength(50_000);
    expect(whole.every((byte, at) => byte === (at & 255))).toBe(true);
  });

  it('ends for a reader whose caller left, also behind the end of the request', async () => {
    const { peer, streams } = startGreeted('server');
    peer.send(headers(1, requestBlock), rawFrame(0, 1, 1, [1]), rawFrame(3, 0, 1, number32(8)));
    await settled();
    const [stream] = streams;
    await expect(stream && readAll(stream)).rejects.toMatchObject({ http2Code: 8 });
  });

  it('of a whole answer is not disturbed by a reset behind it', async () => {
    const { connection, peer } = startGreeted('client');
    const stream = connection.request(request);
    peer.send(headers(1, responseBlock), rawFrame(0, 1, 1, Buffer.from('all')));
    peer.send(rawFrame(3, 0, 1, number32(0)));
    expect(String(await readAll(stream))).toBe('all');
    expect(stream.closed).toBe(true);
  });
});

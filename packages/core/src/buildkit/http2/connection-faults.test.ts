import { duplexPair } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type Http2Connection, openConnection } from './connection.js';
import { Http2Code } from './frames/faults.js';
import {
  number32,
  preface,
  type RawPeer,
  rawFrame,
  readAll,
  requestBlock,
  responseBlock,
  setting,
  settled,
  startConnection,
  startGreeted,
  windows,
} from './raw-peer.testing.js';

const request = [':method', 'POST', ':scheme', 'http', ':path', '/'];
const headers = (streamId: number, block: Uint8Array = requestBlock, flags = 0x4) =>
  rawFrame(1, flags, streamId, block);

const { PROTOCOL_ERROR, FLOW_CONTROL_ERROR, COMPRESSION_ERROR, ENHANCE_YOUR_CALM } = Http2Code;

/** The code in the GOAWAY that the peer gets. */
async function goawayCode(peer: RawPeer): Promise<number> {
  return (await peer.next(7)).payload.readUInt32BE(4);
}

/** Clients are the matter of conformance.test.ts. */
describe('a client that breaks the rules is sent away with a code', () => {
  it.each<[string, Buffer[], number]>([
    ['a stream with an even number', [headers(2)], PROTOCOL_ERROR],
    ['a CONTINUATION of nothing', [rawFrame(9, 4, 1)], PROTOCOL_ERROR],
    [
      'a CONTINUATION on another stream',
      [headers(1, requestBlock, 0), rawFrame(9, 4, 3)],
      PROTOCOL_ERROR,
    ],
    [
      'DATA inside a header block',
      [headers(1, requestBlock, 0), rawFrame(0, 0, 1, [1])],
      PROTOCOL_ERROR,
    ],
    [
      'a PING inside a header block',
      [headers(1, requestBlock, 0), rawFrame(6, 0, 0, Buffer.alloc(8))],
      PROTOCOL_ERROR,
    ],
    ['a broken header block', [headers(1, Buffer.from([0xff]))], COMPRESSION_ERROR],
    [
      'more than the window of a stream',
      [headers(1), ...Array(7).fill(rawFrame(0, 0, 1, Buffer.alloc(16_000)))],
      FLOW_CONTROL_ERROR,
    ],
    [
      'empty DATA without end',
      [headers(1), ...Array(2_000).fill(rawFrame(0, 0, 1))],
      ENHANCE_YOUR_CALM,
    ],
    [
      'streams that it opens and resets without end',
      Array.from({ length: 2_000 }, (_, at) =>
        Buffer.concat([headers(at * 2 + 1), rawFrame(3, 0, at * 2 + 1, number32(8))]),
      ),
      ENHANCE_YOUR_CALM,
    ],
    [
      'streams that are refused without end',
      Array.from({ length: 2_000 }, (_, at) => headers(at * 2 + 1)),
      ENHANCE_YOUR_CALM,
    ],
    [
      'malformed requests without end',
      Array.from({ length: 2_000 }, (_, at) => headers(at * 2 + 1, responseBlock)),
      ENHANCE_YOUR_CALM,
    ],
    [
      'CONTINUATIONs without end',
      [headers(1, requestBlock, 0), ...Array(5_000).fill(rawFrame(9, 0, 1))],
      ENHANCE_YOUR_CALM,
    ],
    [
      'headers above the limit',
      [headers(1, requestBlock, 0), ...Array(1_025).fill(rawFrame(9, 0, 1, Buffer.alloc(16_384)))],
      ENHANCE_YOUR_CALM,
    ],
  ])('%s', async (_what, frames, http2Code) => {
    const { peer, ended, ours } = startGreeted('server');
    peer.send(...frames);
    expect(await goawayCode(peer)).toBe(http2Code);
    expect(await ended).toMatchObject({ name: 'ConnectionFault', http2Code });
    await settled();
    expect(ours.destroyed).toBe(true);
  });

  it.each(['client', 'server'] as const)('a %s gets HTTP/1', async (role) => {
    const { peer, ended } = startConnection(role);
    peer.send(Buffer.from('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'));
    expect(await goawayCode(peer)).toBe(PROTOCOL_ERROR);
    expect((await ended).message).toMatch(/^the peer does not speak HTTP\/2/);
  });
});

describe('a stream on which the peer breaks the rules is reset, and the connection lives', () => {
  it.each<[string, Buffer[], number]>([
    ['a request without a path', [headers(1, requestBlock.subarray(0, 2))], PROTOCOL_ERROR],
    ['a response', [headers(1, responseBlock)], PROTOCOL_ERROR],
    [
      'a field before its pseudo-fields',
      [headers(1, Buffer.from([0x90, ...requestBlock]))],
      PROTOCOL_ERROR,
    ],
    [
      'a name in capitals',
      [headers(1, Buffer.from([...requestBlock, 0, 1, 0x41, 1, 0x61]))],
      PROTOCOL_ERROR,
    ],
    [
      'a line break in a value',
      [headers(1, Buffer.from([...requestBlock, 0, 1, 0x61, 1, 0x0a]))],
      PROTOCOL_ERROR,
    ],
    [
      'headers in the middle that end nothing',
      [headers(1), headers(1, Buffer.alloc(0))],
      PROTOCOL_ERROR,
    ],
    [
      'DATA behind the end',
      [headers(1, requestBlock, 0x5), rawFrame(0, 0, 1, [1])],
      Http2Code.STREAM_CLOSED,
    ],
    [
      'headers behind the end',
      [headers(1, requestBlock, 0x5), headers(1)],
      Http2Code.STREAM_CLOSED,
    ],
    ['room for nothing', [headers(1), rawFrame(8, 0, 1, number32(0))], PROTOCOL_ERROR],
    [
      'room without bounds',
      [headers(1), rawFrame(8, 0, 1, number32(0x7fff_ffff))],
      FLOW_CONTROL_ERROR,
    ],
  ])('%s', async (_what, frames, http2Code) => {
    const { peer, streams } = startGreeted('server');
    peer.send(...frames);
    const reset = await peer.next(3);
    expect([reset.streamId, reset.payload.readUInt32BE(0)]).toEqual([1, http2Code]);
    peer.send(headers(5));
    await settled();
    expect(streams.at(-1)?.closed).toBe(false);
  });

  it('one above the number that we take is refused', async () => {
    const { peer, streams } = startGreeted('server', { maxStreams: 2 });
    peer.send(headers(1), headers(3), headers(5));
    const reset = await peer.next(3);
    expect([reset.streamId, reset.payload.readUInt32BE(0)]).toEqual([5, Http2Code.REFUSED_STREAM]);
    expect(streams).toHaveLength(2);
  });
});

describe('what is no fault', () => {
  it('are frames for a stream that is over already', async () => {
    const { connection, peer } = startGreeted('client');
    const stream = connection.request(request);
    stream.reset(8);
    await peer.next(3);
    peer.send(headers(1, responseBlock), rawFrame(0, 0, 1, [1]), rawFrame(8, 0, 1, number32(1)));
    peer.send(rawFrame(3, 0, 1, number32(8)), rawFrame(6, 0, 0, Buffer.from('and on..')));
    expect(String((await peer.next(6)).payload)).toBe('and on..');
  });

  it('are PRIORITY, unknown frames, padding, and settings that nobody knows', async () => {
    const { connection, peer } = startGreeted('client', {}, setting(99, 5));
    const stream = connection.request(request);
    peer.send(rawFrame(2, 0, 1, Buffer.alloc(5)), rawFrame(99, 0xff, 0, [1, 2, 3]));
    peer.send(rawFrame(1, 0x4 | 0x8 | 0x20, 1, [2, 0, 0, 0, 0, 0, ...responseBlock, 0, 0]));
    peer.send(rawFrame(0, 0x8, 1, [3, ...Buffer.from('padded'), 0, 0, 0]), rawFrame(0, 1, 1));
    expect(String(await readAll(stream))).toBe('padded');
  });

  it('is news of a response before the response', async () => {
    const { connection, peer } = startGreeted('client');
    const stream = connection.request(request);
    const early = Buffer.from([0x08, 3, ...Buffer.from('103')]);
    peer.send(headers(1, early), headers(1, responseBlock, 0x5));
    await readAll(stream);
    expect(stream.headers).toEqual([':status', '200']);
  });
});

describe('the end of a connection', () => {
  it('fails its streams, behind what came before it', async () => {
    const { connection, peer } = startGreeted('client');
    const stream = connection.request(request);
    peer.send(headers(1, responseBlock), rawFrame(0, 0, 1, Buffer.from('half')));
    await settled();
    peer.byteStream.end();
    const body = stream.body[Symbol.asyncIterator]();
    expect(String((await body.next()).value)).toBe('half');
    await expect(body.next()).rejects.toThrow('the peer closed the connection');
    await expect(readAll(connection.request(request))).rejects.toThrow('the peer closed');
  });

  it('lets writers go on, to nowhere', async () => {
    const { connection, peer } = startGreeted('client');
    const stream = connection.request(request);
    const room = stream.write([Buffer.alloc(1_000_000)]);
    expect(room).toBeDefined();
    peer.byteStream.end();
    await room;
    expect(stream.write([Buffer.alloc(1_000_000)])).toBeUndefined();
  });

  it('may have come before its beginning', async () => {
    const [ours] = duplexPair();
    ours.destroy();
    await settled();
    let connection: Http2Connection | undefined;
    const ending = new Promise<Error>((onEnd) => {
      connection = openConnection(ours, { role: 'client', ...windows, onEnd });
    });
    const stream = connection?.request(request);
    expect((await ending).message).toBe('the connection was closed');
    await expect(stream && readAll(stream)).rejects.toThrow('the connection was closed');
  });

  it('by this side says goodbye', async () => {
    const { connection, peer, ended, ours } = startGreeted('client');
    const stream = connection.request(request);
    connection.close();
    connection.close();
    expect(await goawayCode(peer)).toBe(Http2Code.NO_ERROR);
    await expect(readAll(stream)).rejects.toThrow('closed by this side');
    expect((await ended).message).toContain('closed by this side');
    await settled();
    expect(ours.destroyed).toBe(true);
  });
});

describe('a server that goes away', () => {
  const goaway = (lastId: number, text = '') =>
    rawFrame(7, 0, 0, [...number32(lastId), ...number32(0), ...Buffer.from(text)]);

  it('still answers what it has begun; the rest fails, and so do new requests', async () => {
    const said: string[] = [];
    const onGoaway = (why: Error) => void said.push(why.message);
    const { connection, peer, ended } = startGreeted('client', { onGoaway });
    const [begun, lost] = [connection.request(request), connection.request(request)];
    await peer.next(1);
    peer.send(goaway(1, 'max age'));
    await expect(readAll(lost)).rejects.toThrow('the peer went away (NO_ERROR: max age)');
    await expect(readAll(connection.request(request))).rejects.toThrow('went away');
    peer.send(headers(1, responseBlock), rawFrame(0, 1, 1, Buffer.from('answer')));
    begun.end();
    expect(String(await readAll(begun))).toBe('answer');
    expect((await ended).message).toContain('went away');
    expect(said).toHaveLength(1);
  });

  it('first in words, then with a number', async () => {
    const { connection, peer } = startGreeted('client');
    const [begun, lost] = [connection.request(request), connection.request(request)];
    peer.send(goaway(0x7fff_ffff));
    await settled();
    expect([begun.closed, lost.closed]).toEqual([false, false]);
    peer.send(goaway(1));
    await settled();
    expect([begun.closed, lost.closed]).toEqual([false, true]);
  });

  it('with nothing under way ends the connection', async () => {
    const { peer, ended, ours } = startGreeted('client');
    peer.send(goaway(0));
    await ended;
    await settled();
    expect(ours.destroyed).toBe(true);
  });
});

describe('big headers', () => {
  it('of 2 MB come through, in whatever pieces', async () => {
    const { connection, peer } = startGreeted('client');
    const stream = connection.request(request);
    const value = Buffer.alloc(2_000_000, 'base64+/');
    // Literal with a new name "big"; the length as 127 and the rest in groups of 7 bits.
    let rest = value.length - 127;
    const length = [0x7f];
    for (; rest > 127; rest = Math.floor(rest / 128)) length.push((rest % 128) + 128);
    const field = Buffer.concat([
      Buffer.from([0, 3, ...Buffer.from('big'), ...length, rest]),
      value,
    ]);
    peer.send(headers(1, responseBlock), headers(1, Buffer.alloc(0), 0x1));
    for (let at = 0; at < field.length; at += 9_999) {
      const part = field.subarray(at, at + 9_999);
      peer.send(rawFrame(9, at + part.length === field.length ? 0x4 : 0, 1, part));
    }
    await readAll(stream);
    expect(stream.trailers?.[0]).toBe('big');
    expect(stream.trailers?.[1]).toHaveLength(value.length);
  });

  it('are welcome, as our settings say', async () => {
    const { peer } = startGreeted('client');
    const { payload } = await peer.next(4);
    const settings = new Map<number, number>();
    for (let at = 0; at < payload.length; at += 6)
      settings.set(payload.readUInt16BE(at), payload.readUInt32BE(at + 2));
    expect(settings.get(6)).toBe(16 * 1024 * 1024);
    expect(settings.get(2)).toBe(0);
  });
});

it('a client greets with the preface, and a server is silent about it', async () => {
  const { peer } = startConnection('server');
  peer.send(preface, rawFrame(4, 0, 0));
  expect((await peer.next(4)).flags).toBe(0);
  expect((await peer.next(4)).flags).toBe(1);
});

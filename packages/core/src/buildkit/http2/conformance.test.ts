import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Http2Code } from './frames/faults.js';
import {
  number32,
  preface,
  rawFrame,
  requestBlock,
  responseBlock,
  setting,
  startConnection,
  startGreeted,
  type TestConnection,
} from './raw-peer.testing.js';

/**
 * What h2spec checks of a server, turned round: frames that a server sends, and what our client makes of
 * them. The session's server side is our own code too, as far as it is not the same: see the end.
 *
 * Sections are those of RFC 9113, `H` before those of RFC 7541.
 */

const {
  PROTOCOL_ERROR,
  FLOW_CONTROL_ERROR,
  STREAM_CLOSED,
  FRAME_SIZE_ERROR,
  COMPRESSION_ERROR,
  ENHANCE_YOUR_CALM,
} = Http2Code;

const DATA = 0;
const HEADERS = 1;
const PRIORITY = 2;
const RST_STREAM = 3;
const SETTINGS = 4;
const PUSH_PROMISE = 5;
const PING = 6;
const GOAWAY = 7;
const WINDOW_UPDATE = 8;
const CONTINUATION = 9;

const END_STREAM = 0x1;
const ACK = 0x1;
const END_HEADERS = 0x4;
const PADDED = 0x8;
const PRIORITIZED = 0x20;

/** A field without Huffman and without a place in the table. */
const field = (name: string, value: string) =>
  Buffer.from([0, name.length, ...Buffer.from(name), value.length, ...Buffer.from(value)]);
const block = (...fields: (Uint8Array | readonly [string, string])[]) =>
  Buffer.concat(fields.map((each) => (each instanceof Uint8Array ? each : field(...each))));
const headers = (payload: Uint8Array, flags = END_HEADERS, streamId = 1) =>
  rawFrame(HEADERS, flags, streamId, payload);
const answer = (...fields: (readonly [string, string])[]) =>
  headers(block(responseBlock, ...fields));
const data = (bytes: number, flags = 0) => rawFrame(DATA, flags, 1, Buffer.alloc(bytes, 'x'));

/** How far the request on stream 1 is when the frames come. */
type State =
  /** There is none. */
  | 'idle'
  /** It is sent, but for its end. */
  | 'asked'
  /** The head of the answer is there. */
  | 'answered'
  /** The whole answer is there, and our end is still to come. */
  | 'ended'
  /** Both have ended. */
  | 'closed'
  /** We have reset it. */
  | 'reset';

async function inState(state: State): Promise<TestConnection> {
  const started = startGreeted('client');
  const { connection, peer } = started;
  if (state === 'idle') return started;
  const stream = connection.request([':method', 'POST', ':scheme', 'http', ':path', '/']);
  await peer.next(HEADERS);
  if (state === 'closed') stream.end();
  if (state === 'answered') peer.send(answer());
  if (state === 'ended' || state === 'closed')
    peer.send(headers(responseBlock, END_HEADERS | END_STREAM));
  if (state === 'reset') {
    stream.reset(Http2Code.CANCEL);
    await peer.next(RST_STREAM);
  }
  return started;
}

/** Sent behind the frames; its answer says that they were taken in and the connection lives. */
const probe = Buffer.from('probe...');

/** The first frame by which the connection reacts: a reset, a farewell, or the answer to the probe. */
async function reactionOf({ peer }: TestConnection): Promise<string> {
  for (;;) {
    for (const { type, streamId, payload } of peer.frames) {
      if (type === GOAWAY) return `connection ${payload.readUInt32BE(4)}`;
      if (type === RST_STREAM) return `stream ${streamId} ${payload.readUInt32BE(0)}`;
      if (type === PING && payload.equals(probe)) return 'none';
    }
    await setImmediate();
  }
}

type Row = [section: string, what: string, state: State, frames: Buffer[]];

function check(rows: readonly Row[], reaction: string): void {
  it.each(rows)('%s: %s (%s)', async (_section, _what, state, frames) => {
    const started = await inState(state);
    started.peer.send(...frames, rawFrame(PING, 0, 0, probe));
    expect(await reactionOf(started)).toBe(reaction);
    if (!reaction.startsWith('connection')) return;
    const http2Code = Number(reaction.split(' ')[1]);
    expect(await started.ended).toMatchObject({ name: 'ConnectionFault', http2Code });
    await expect.poll(() => started.ours.destroyed).toBe(true);
  });
}

const connection = (http2Code: number) => `connection ${http2Code}`;
const stream = (http2Code: number) => `stream 1 ${http2Code}`;
const frame = (type: number, bytes: number, streamId = 0, flags = 0) =>
  rawFrame(type, flags, streamId, Buffer.alloc(bytes));

describe('a connection error of the type PROTOCOL_ERROR', () => {
  const rows: Row[] = [
    ['4.3', 'another frame inside a header block', 'asked', [headers(responseBlock, 0), data(1)]],
    ['4.3', 'an unknown frame inside it', 'asked', [headers(responseBlock, 0), frame(99, 0)]],
    ['5.1', 'DATA on an idle stream', 'idle', [data(1)]],
    ['5.1', 'HEADERS on an idle stream', 'idle', [answer()]],
    ['5.1', 'RST_STREAM on an idle stream', 'idle', [frame(RST_STREAM, 4, 1)]],
    ['5.1', 'WINDOW_UPDATE on an idle stream', 'idle', [rawFrame(8, 0, 1, number32(1))]],
    ['5.1.1', 'a stream that the server opens', 'idle', [headers(responseBlock, END_HEADERS, 2)]],
    ['6.1', 'DATA on stream 0', 'answered', [frame(DATA, 1)]],
    ['6.1', 'DATA with too much padding', 'answered', [rawFrame(DATA, PADDED, 1, [2, 0])]],
    ['6.2', 'HEADERS on stream 0', 'asked', [headers(responseBlock, END_HEADERS, 0)]],
    ['6.2', 'HEADERS with too much padding', 'asked', [headers(Buffer.from([9, 0x88]), 0xc)]],
    ['6.3', 'PRIORITY on stream 0', 'idle', [frame(PRIORITY, 5)]],
    ['6.4', 'RST_STREAM on stream 0', 'idle', [frame(RST_STREAM, 4)]],
    ['6.5', 'SETTINGS on a stream', 'asked', [frame(SETTINGS, 0, 1)]],
    ['6.5.2', 'SETTINGS that enable push', 'idle', [rawFrame(4, 0, 0, setting(2, 1))]],
    ['6.5.2', 'a push setting that is no flag', 'idle', [rawFrame(4, 0, 0, setting(2, 2))]],
    ['6.5.2', 'a frame size below 16,384', 'idle', [rawFrame(4, 0, 0, setting(5, 16_383))]],
    ['6.5.2', 'a frame size of 2^24', 'idle', [rawFrame(4, 0, 0, setting(5, 2 ** 24))]],
    ['6.5.3', 'an ACK of nothing', 'idle', [frame(4, 0, 0, ACK), frame(4, 0, 0, ACK)]],
    ['6.6', 'PUSH_PROMISE', 'asked', [rawFrame(PUSH_PROMISE, 4, 1, [0, 0, 0, 2, 0x88])]],
    ['6.7', 'PING on a stream', 'asked', [frame(PING, 8, 1)]],
    ['6.8', 'GOAWAY on a stream', 'asked', [frame(GOAWAY, 8, 1)]],
    ['6.9', 'WINDOW_UPDATE by 0', 'idle', [frame(WINDOW_UPDATE, 4)]],
    ['6.10', 'CONTINUATION of nothing', 'asked', [frame(CONTINUATION, 0, 1, END_HEADERS)]],
    ['6.10', 'CONTINUATION behind the end', 'asked', [answer(), frame(CONTINUATION, 0, 1, 4)]],
    ['6.10', 'CONTINUATION on stream 0', 'asked', [headers(responseBlock, 0), frame(9, 0)]],
    ['6.10', 'CONTINUATION elsewhere', 'asked', [headers(responseBlock, 0), frame(9, 0, 3, 4)]],
    ['6.10', 'CONTINUATION behind DATA', 'answered', [data(1), frame(9, 0, 1, 4)]],
  ];
  check(rows, connection(PROTOCOL_ERROR));

  it.each([
    ['a PING', frame(PING, 8)],
    ['the ACK of settings', frame(SETTINGS, 0, 0, ACK)],
    ['HTTP/1', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['noise', Buffer.alloc(100, '?')],
  ])('3.4: begins with %s', async (_what, bytes) => {
    const started = startConnection('client');
    started.peer.send(bytes);
    expect(await reactionOf(started)).toBe(connection(PROTOCOL_ERROR));
  });
});

describe('a connection error of another type', () => {
  const sizes: Row[] = [
    ['4.2', 'DATA above our frame size', 'answered', [data(16_385)]],
    ['4.2', 'HEADERS above it', 'asked', [headers(Buffer.alloc(16_385))]],
    ['4.2', 'an unknown frame above it', 'idle', [frame(99, 16_385)]],
    ['6.1', 'padded DATA without a length', 'answered', [frame(DATA, 0, 1, PADDED)]],
    ['6.2', 'padded HEADERS without one', 'asked', [frame(HEADERS, 0, 1, PADDED | 4)]],
    ['6.2', 'HEADERS with half a priority', 'asked', [frame(HEADERS, 4, 1, PRIORITIZED | 4)]],
    // A stream error in the RFC, which lets us make more of it (§5.4.1).
    ['6.3', 'PRIORITY of 4 bytes', 'asked', [frame(PRIORITY, 4, 1)]],
    ['6.4', 'RST_STREAM of 3 bytes', 'asked', [frame(RST_STREAM, 3, 1)]],
    ['6.5', 'SETTINGS of 3 bytes', 'idle', [frame(SETTINGS, 3)]],
    ['6.5', 'an ACK with settings', 'idle', [frame(SETTINGS, 6, 0, ACK)]],
    ['6.7', 'PING of 6 bytes', 'idle', [frame(PING, 6)]],
    ['6.8', 'GOAWAY of 7 bytes', 'idle', [frame(GOAWAY, 7)]],
    ['6.9', 'WINDOW_UPDATE of 3 bytes', 'idle', [frame(WINDOW_UPDATE, 3)]],
  ];
  check(sizes, connection(FRAME_SIZE_ERROR));

  const compression: Row[] = [
    ['4.3', 'a header block cut off', 'asked', [headers(Buffer.from([0x88, 0x40]))]],
    ['4.3', 'one for a stream that is over', 'closed', [headers(Buffer.from([0xff]))]],
    ['H 2.3.3', 'a field that no table has', 'asked', [headers(Buffer.from([0x88, 0xff, 0x7f]))]],
    ['H 4.2', 'a table size behind a field', 'asked', [headers(Buffer.from([0x88, 0x20]))]],
    ['H 5.1', 'a number without end', 'asked', [headers(Buffer.alloc(20, 0xff))]],
    [
      'H 5.2',
      'Huffman padding of 8 bits',
      'asked',
      [headers(Buffer.from([0x88, 8, 0x82, 31, 255]))],
    ],
    ['H 5.2', 'Huffman padding of zeros', 'asked', [headers(Buffer.from([0x88, 8, 0x81, 0x18]))]],
    ['H 6.1', 'field 0', 'asked', [headers(Buffer.from([0x88, 0x80]))]],
    ['H 6.3', 'a table above our size', 'asked', [headers(Buffer.from([0x3f, 0xe2, 0x1f, 0x88]))]],
  ];
  check(compression, connection(COMPRESSION_ERROR));

  const flow: Row[] = [
    ['5.2', 'a body above the window', 'answered', Array(7).fill(data(16_000))],
    ['6.5.2', 'a window above 2^31-1', 'idle', [rawFrame(4, 0, 0, setting(4, 2 ** 31))]],
    ['6.9.1', 'the connection above 2^31-1', 'idle', [rawFrame(8, 0, 0, number32(2 ** 31 - 1))]],
    [
      '6.9.2',
      'a stream above it by a setting',
      'asked',
      [rawFrame(8, 0, 1, number32(2 ** 31 - 65_536)), rawFrame(4, 0, 0, setting(4, 65_536))],
    ],
  ];
  check(flow, connection(FLOW_CONTROL_ERROR));

  const floods: Row[] = [
    ['10.5', 'PINGs without end', 'idle', Array(2_000).fill(frame(PING, 8))],
    ['10.5', 'answers to no PING', 'idle', Array(2_000).fill(frame(PING, 8, 0, ACK))],
    ['10.5', 'SETTINGS without end', 'idle', Array(2_000).fill(frame(SETTINGS, 0))],
    ['10.5', 'PRIORITY without end', 'idle', Array(2_000).fill(frame(PRIORITY, 5, 1))],
    ['10.5', 'unknown frames without end', 'idle', Array(2_000).fill(frame(99, 0))],
    ['10.5', 'empty DATA without end', 'answered', Array(2_000).fill(data(0))],
    ['10.5', 'RST_STREAM without end', 'closed', Array(2_000).fill(frame(RST_STREAM, 4, 1))],
    [
      '10.5.1',
      'CONTINUATION without end',
      'asked',
      [headers(responseBlock, 0), ...Array(5_000).fill(frame(CONTINUATION, 0, 1))],
    ],
    [
      '10.5.1',
      'a header list above 16 MiB',
      'asked',
      [headers(responseBlock, 0), ...Array(1_025).fill(frame(CONTINUATION, 16_384, 1))],
    ],
  ];
  check(floods, connection(ENHANCE_YOUR_CALM));
});

describe('a stream error of the type PROTOCOL_ERROR', () => {
  const malformed = (what: string, ...fields: (readonly [string, string])[]): Row => [
    '8.2',
    what,
    'asked',
    [answer(...fields)],
  ];
  const rows: Row[] = [
    ['6.9', 'WINDOW_UPDATE by 0', 'asked', [frame(WINDOW_UPDATE, 4, 1)]],
    ['8.1', 'DATA before HEADERS', 'asked', [data(1)]],
    ['8.1', 'more HEADERS that end nothing', 'answered', [headers(Buffer.alloc(0))]],
    ['8.1', 'an end before the answer', 'asked', [headers(block([':status', '103']), 0x5)]],
    ['8.1.1', 'a body longer than it says', 'asked', [answer(['content-length', '1']), data(2)]],
    ['8.1.1', 'a body shorter', 'asked', [answer(['content-length', '2']), data(1, END_STREAM)]],
    [
      '8.1.1',
      'a body shorter, with trailers behind',
      'asked',
      [answer(['content-length', '2']), headers(block(['a', 'b']), 0x5)],
    ],
    [
      '8.1.1',
      'no body where one is announced',
      'asked',
      [headers(block(responseBlock, ['content-length', '2']), 0x5)],
    ],
    malformed('a length that is no number', ['content-length', 'x']),
    malformed('two lengths', ['content-length', '1'], ['content-length', '2']),
    malformed('a name in capitals', ['Server', 'x']),
    malformed('a name with a blank', ['ser ver', 'x']),
    malformed('a value with a line break', ['server', 'x\ny']),
    malformed('connection', ['connection', 'close']),
    malformed('keep-alive', ['keep-alive', 'timeout=5']),
    malformed('proxy-connection', ['proxy-connection', 'keep-alive']),
    malformed('transfer-encoding', ['transfer-encoding', 'chunked']),
    malformed('upgrade', ['upgrade', 'h2c']),
    malformed('te', ['te', 'trailers']),
    ['8.2.2', 'connection in trailers', 'answered', [headers(block(['connection', 'x']), 0x5)]],
    malformed('a pseudo-field behind a field', ['server', 'x'], [':status', '200']),
    malformed('a pseudo-field twice', [':status', '200']),
    malformed('a pseudo-field of requests', [':path', '/']),
    malformed('an unknown pseudo-field', [':protocol', 'x']),
    ['8.3', 'pseudo-fields in trailers', 'answered', [headers(responseBlock, 0x5)]],
    ['8.3.2', 'no status', 'asked', [headers(block(['server', 'x']))]],
    ['8.3.2', 'a status that is no number', 'asked', [headers(block([':status', '20x']))]],
    ['8.6', 'the status 101', 'asked', [headers(block([':status', '101']))]],
  ];
  check(rows, stream(PROTOCOL_ERROR));
});

describe('a stream error of another type', () => {
  check(
    [
      ['5.1', 'DATA behind the end', 'ended', [data(1)]],
      ['5.1', 'HEADERS behind the end', 'ended', [answer()]],
    ],
    stream(STREAM_CLOSED),
  );
  check(
    [['6.9.1', 'a window above 2^31-1', 'asked', [rawFrame(8, 0, 1, number32(2 ** 31 - 1))]]],
    stream(FLOW_CONTROL_ERROR),
  );
});

describe('no error', () => {
  const rows: Row[] = [
    ['4.1', 'flags that nobody knows', 'asked', [headers(responseBlock, 0x4 | 0x42)]],
    ['4.1', 'the reserved bit of a stream', 'asked', [rawFrame(HEADERS, 4, 2 ** 31 + 1, [0x88])]],
    ['4.2', 'a frame of our size', 'answered', [data(16_384)]],
    // What is closed may have been so only here (§5.1).
    ['5.1', 'DATA on a stream that was reset', 'reset', [answer(), data(1, END_STREAM)]],
    ['5.1', 'frames on a closed stream', 'closed', [frame(RST_STREAM, 4, 1), frame(8, 4, 1)]],
    ['5.1', 'DATA and HEADERS on a closed stream', 'closed', [data(1), answer()]],
    ['5.5', 'an unknown frame', 'asked', [frame(99, 3, 1, 0xff)]],
    ['5.5', 'an unknown setting', 'idle', [rawFrame(4, 0, 0, setting(0x99, 5))]],
    ['6.1', 'padding', 'answered', [rawFrame(DATA, PADDED, 1, [1, 0x78, 0])]],
    [
      '6.2',
      'padding and a priority',
      'asked',
      [headers(Buffer.from([1, 0, 0, 0, 1, 5, 0x88, 0]), 0x2c)],
    ],
    ['6.3', 'PRIORITY, also of an idle stream', 'idle', [frame(PRIORITY, 5, 9)]],
    ['6.7', 'the answer to no PING', 'idle', [frame(PING, 8, 0, ACK)]],
    ['6.9.2', 'a window of 0', 'asked', [rawFrame(4, 0, 0, setting(4, 0))]],
    ['6.10', 'CONTINUATION', 'asked', [headers(Buffer.alloc(0), 0), rawFrame(9, 4, 1, [0x88])]],
    ['7', 'an unknown code', 'asked', [rawFrame(RST_STREAM, 0, 1, number32(0xff))]],
    ['8.1', 'news before the answer', 'asked', [headers(block([':status', '103'])), answer()]],
    ['8.1', 'an end of the request as well', 'ended', [frame(RST_STREAM, 4, 1)]],
    [
      '8.1.1',
      'the length of an answer that has no body',
      'asked',
      [headers(block([':status', '304'], ['content-length', '9']), 0x5)],
    ],
    ['8.1.1', 'the right length', 'asked', [answer(['content-length', '2']), data(1), data(1, 1)]],
    [
      '8.1.1',
      'one length twice',
      'asked',
      [answer(['content-length', '1'], ['content-length', '1'])],
    ],
    // As gRPC's servers send it in grpc-message.
    ['8.2.1', 'a blank at the end of a value', 'asked', [answer(['grpc-message', 'sorry: '])]],
    ['H 4.2', 'a smaller table', 'asked', [headers(Buffer.from([0x20, 0x88]))]],
  ];
  check(rows, 'none');
});

/**
 * What only a server can get, of the one in a session: not `node:http2` either, but the same code with
 * the other role.
 */
describe('a server is sent', () => {
  it.each<[section: string, what: string, frames: Buffer[], reaction: string]>([
    ['5.1.1', 'a stream of its own', [headers(requestBlock, 4, 2)], connection(PROTOCOL_ERROR)],
    ['5.1.2', 'too many streams', [1, 3].map((id) => headers(requestBlock, 4, id)), 'stream 3 7'],
    ['8.2.2', 'te: gzip', [headers(block(requestBlock, ['te', 'gzip']))], stream(PROTOCOL_ERROR)],
    ['8.2.2', 'te: trailers', [headers(block(requestBlock, ['te', 'trailers']))], 'none'],
    ['8.3', 'a status', [headers(block(requestBlock, [':status', '200']))], stream(PROTOCOL_ERROR)],
    ['8.3.1', 'no path', [headers(requestBlock.subarray(0, 2))], stream(PROTOCOL_ERROR)],
    [
      '8.3.1',
      'an empty path',
      [headers(block(requestBlock.subarray(0, 2), [':path', '']))],
      stream(PROTOCOL_ERROR),
    ],
    ['8.3.1', 'no method', [headers(requestBlock.subarray(1))], stream(PROTOCOL_ERROR)],
    ['8.3.1', 'no scheme', [headers(Buffer.from([0x83, 0x84]))], stream(PROTOCOL_ERROR)],
    ['6.5.2', 'SETTINGS that enable push', [rawFrame(4, 0, 0, setting(2, 1))], 'none'],
  ])('%s: %s', async (_section, _what, frames, reaction) => {
    const started = startGreeted('server', { maxStreams: 1 });
    started.peer.send(...frames, rawFrame(PING, 0, 0, probe));
    expect(await reactionOf(started)).toBe(reaction);
  });

  it('3.4: another preface', async () => {
    const started = startConnection('server');
    started.peer.send(Buffer.from(preface).fill('x', 4, 5));
    expect(await reactionOf(started)).toBe(connection(PROTOCOL_ERROR));
  });
});

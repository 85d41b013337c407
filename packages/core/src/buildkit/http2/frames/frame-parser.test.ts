import { describe, expect, it } from 'vitest';
import { preface, rawFrame } from '../raw-peer.testing.js';
import { Http2Code } from './faults.js';
import { FrameParser } from './frame-parser.js';

interface Seen {
  type: number;
  streamId: number;
  bytes: string;
  paddingBytes: number;
  ends: boolean;
}

/** The frames in these chunks, with the pieces of DATA put together. */
function parse(chunks: readonly Buffer[], from: 'client' | 'server' = 'server'): Seen[] {
  const seen: Seen[] = [];
  let open: Seen | undefined;
  const parser = new FrameParser(
    {
      data(streamId, piece, paddingBytes, ends) {
        if (!open) {
          open = { type: 0, streamId, bytes: '', paddingBytes: 0, ends };
          seen.push(open);
        }
        open.bytes += String(piece);
        open.paddingBytes += paddingBytes;
        open.ends = ends;
      },
      frame(type, _flags, streamId, payload) {
        open = undefined;
        seen.push({ type, streamId, bytes: String(payload), paddingBytes: 0, ends: false });
      },
    },
    from,
  );
  for (const chunk of chunks) parser.push(chunk);
  return seen;
}

const settings = rawFrame(4, 0, 0);
const data = (bytes: string, flags = 0) => rawFrame(0, flags, 1, Buffer.from(bytes));

describe('parsing frames', () => {
  const whole = Buffer.concat([
    preface,
    settings,
    data('some bytes'),
    rawFrame(6, 0, 0, Buffer.from('12345678')),
    rawFrame(0, 8, 3, [3, ...Buffer.from('padded'), 0, 0, 0]),
    rawFrame(99, 0, 5),
    data('the end', 1),
  ]);
  const expected: Seen[] = [
    { type: 4, streamId: 0, bytes: '', paddingBytes: 0, ends: false },
    { type: 0, streamId: 1, bytes: 'some bytes', paddingBytes: 0, ends: false },
    { type: 6, streamId: 0, bytes: '12345678', paddingBytes: 0, ends: false },
    { type: 0, streamId: 3, bytes: 'padded', paddingBytes: 4, ends: false },
    { type: 99, streamId: 5, bytes: '', paddingBytes: 0, ends: false },
    { type: 0, streamId: 1, bytes: 'the end', paddingBytes: 0, ends: true },
  ];

  it('gives the same wherever the bytes are cut', () => {
    for (let cut = 0; cut <= whole.length; cut++) {
      const chunks = [whole.subarray(0, cut), whole.subarray(cut)];
      expect(parse(chunks, 'client')).toEqual(expected);
    }
    expect(
      parse(
        Array.from(whole, (byte) => Buffer.from([byte])),
        'client',
      ),
    ).toEqual(expected);
  });

  it('hands on DATA as it comes, without a copy', () => {
    const pieces: Buffer[] = [];
    const parser = new FrameParser(
      { data: (_id, piece) => void pieces.push(piece), frame() {} },
      'server',
    );
    const chunk = Buffer.concat([settings, data('some bytes')]);
    const first = chunk.subarray(0, 22);
    parser.push(first);
    expect(pieces.map(String)).toEqual(['some']);
    expect(pieces[0]?.buffer).toBe(chunk.buffer);
  });
});

describe('a frame is refused', () => {
  const { FRAME_SIZE_ERROR, PROTOCOL_ERROR } = Http2Code;

  it.each<[string, Buffer, number]>([
    ['above 16 KB', rawFrame(0, 0, 1, Buffer.alloc(16_385)).subarray(0, 9), FRAME_SIZE_ERROR],
    ['of unknown type above 16 KB', rawFrame(50, 0, 1, Buffer.alloc(16_385)), FRAME_SIZE_ERROR],
    ['SETTINGS of half a setting', rawFrame(4, 0, 0, [0, 1, 0]), FRAME_SIZE_ERROR],
    ['SETTINGS acknowledged with a payload', rawFrame(4, 1, 0, Buffer.alloc(6)), FRAME_SIZE_ERROR],
    ['PING of 7 bytes', rawFrame(6, 0, 0, Buffer.alloc(7)), FRAME_SIZE_ERROR],
    ['RST_STREAM of 5 bytes', rawFrame(3, 0, 1, Buffer.alloc(5)), FRAME_SIZE_ERROR],
    ['WINDOW_UPDATE of 3 bytes', rawFrame(8, 0, 1, Buffer.alloc(3)), FRAME_SIZE_ERROR],
    ['PRIORITY of 4 bytes', rawFrame(2, 0, 1, Buffer.alloc(4)), FRAME_SIZE_ERROR],
    ['GOAWAY of 7 bytes', rawFrame(7, 0, 0, Buffer.alloc(7)), FRAME_SIZE_ERROR],
    ['SETTINGS on a stream', rawFrame(4, 0, 1), PROTOCOL_ERROR],
    ['PING on a stream', rawFrame(6, 0, 1, Buffer.alloc(8)), PROTOCOL_ERROR],
    ['GOAWAY on a stream', rawFrame(7, 0, 1, Buffer.alloc(8)), PROTOCOL_ERROR],
    ['DATA on no stream', rawFrame(0, 0, 0, [1]), PROTOCOL_ERROR],
    ['HEADERS on no stream', rawFrame(1, 4, 0, [0x88]), PROTOCOL_ERROR],
    ['RST_STREAM on no stream', rawFrame(3, 0, 0, Buffer.alloc(4)), PROTOCOL_ERROR],
    ['DATA that is all padding and more', rawFrame(0, 8, 1, [2, 0]), PROTOCOL_ERROR],
  ])('%s', (_what, frame, http2Code) => {
    expect(() => parse([settings, frame])).toThrow(expect.objectContaining({ http2Code }));
  });

  it('when it is not SETTINGS and the first one', () => {
    expect(() => parse([data('x')])).toThrow('does not speak HTTP/2');
    expect(() => parse([Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')])).toThrow(
      'does not speak HTTP/2',
    );
    expect(() => parse([Buffer.from('GET / HTTP/1.1\r\nHost: here\r\n\r\n')], 'client')).toThrow(
      'does not speak HTTP/2',
    );
  });
});

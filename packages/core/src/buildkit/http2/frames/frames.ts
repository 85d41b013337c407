import { ConnectionFault, Http2Code } from './faults.js';

/** Length (24 bits), type, flags, stream (31 bits): RFC 9113 §4.1. */
export const frameHeadBytes = 9;

export const FrameType = {
  DATA: 0x0,
  HEADERS: 0x1,
  PRIORITY: 0x2,
  RST_STREAM: 0x3,
  SETTINGS: 0x4,
  PUSH_PROMISE: 0x5,
  PING: 0x6,
  GOAWAY: 0x7,
  WINDOW_UPDATE: 0x8,
  CONTINUATION: 0x9,
} as const;

/** Some bits mean one thing on one type of frame and another on the next. */
export const FrameFlag = {
  ACK: 0x1,
  END_STREAM: 0x1,
  END_HEADERS: 0x4,
  PADDED: 0x8,
  PRIORITY: 0x20,
} as const;

/** A priority of RFC 7540 in a HEADERS frame, which nobody heeds any more. */
export const priorityBytes = 5;

/** Windows, increments and stream numbers have 31 bits. */
export const max31Bits = 0x7fff_ffff;

const nothing = new Uint8Array();

export function encodeFrameHead(
  type: number,
  flags: number,
  streamId: number,
  payloadBytes: number,
  roomBytes = 0,
): Buffer {
  const frame = Buffer.allocUnsafe(frameHeadBytes + roomBytes);
  frame.writeUIntBE(payloadBytes, 0, 3);
  frame[3] = type;
  frame[4] = flags;
  frame.writeUInt32BE(streamId, 5);
  return frame;
}

/** A whole frame; the payload is copied, so this is for small ones. */
export function encodeFrame(
  type: number,
  flags: number,
  streamId: number,
  payload: Uint8Array = nothing,
): Buffer {
  const frame = encodeFrameHead(type, flags, streamId, payload.length, payload.length);
  frame.set(payload, frameHeadBytes);
  return frame;
}

/** A frame whose payload is one number of 32 bits: RST_STREAM, WINDOW_UPDATE. */
export function encodeNumberFrame(type: number, streamId: number, value: number): Buffer {
  const frame = encodeFrameHead(type, 0, streamId, 4, 4);
  frame.writeUInt32BE(value, frameHeadBytes);
  return frame;
}

/** GOAWAY: the last stream of the peer that we may have acted on, why, and the reason in words. */
export function encodeGoaway(lastStreamId: number, http2Code: number, reason: string): Buffer {
  const text = Buffer.from(reason.slice(0, 200));
  const payload = Buffer.allocUnsafe(8 + text.length);
  payload.writeUInt32BE(lastStreamId, 0);
  payload.writeUInt32BE(http2Code, 4);
  payload.set(text, 8);
  return encodeFrame(FrameType.GOAWAY, 0, 0, payload);
}

/** A header block as HEADERS and as many CONTINUATIONs as the peer's frame size makes necessary. */
export function encodeHeaderFrames(
  streamId: number,
  block: Buffer,
  endsStream: boolean,
  frameBytes: number,
): Buffer[] {
  const frames: Buffer[] = [];
  let at = 0;
  do {
    const type = at === 0 ? FrameType.HEADERS : FrameType.CONTINUATION;
    const part = block.subarray(at, at + frameBytes);
    const ends = at === 0 && endsStream ? FrameFlag.END_STREAM : 0;
    at += part.length;
    frames.push(
      encodeFrame(type, ends | (at === block.length ? FrameFlag.END_HEADERS : 0), streamId, part),
    );
  } while (at < block.length);
  return frames;
}

/** The payload of a padded frame without its padding (RFC 9113 §6.1). */
export function withoutPadding(flags: number, payload: Buffer): Buffer {
  if (!(flags & FrameFlag.PADDED)) return payload;
  const padBytes = payload[0] ?? 0;
  if (padBytes >= payload.length)
    throw new ConnectionFault(Http2Code.PROTOCOL_ERROR, 'a frame has more padding than payload');
  return payload.subarray(1, payload.length - padBytes);
}

import { ConnectionFault, Http2Code } from './faults.js';
import { encodeFrame, FrameType, max31Bits } from './frames.js';

/** RFC 9113 §6.5.2. */
export const Setting = {
  ENABLE_PUSH: 0x2,
  MAX_CONCURRENT_STREAMS: 0x3,
  INITIAL_WINDOW_SIZE: 0x4,
  MAX_FRAME_SIZE: 0x5,
  MAX_HEADER_LIST_SIZE: 0x6,
} as const;

/** Windows before anybody said otherwise (RFC 9113 §6.9.2). */
export const defaultWindowBytes = 65_535;

/** Calls at once before the peer has said how many it takes; the least that the RFC recommends. */
const assumedStreams = 100;

/** What the peer takes. */
export class PeerSettings {
  readonly #role: 'client' | 'server';
  maxStreams = assumedStreams;
  windowBytes = defaultWindowBytes;
  frameBytes = 16_384;

  /** `role` is ours. */
  constructor(role: 'client' | 'server') {
    this.#role = role;
  }

  /** Takes over the payload of a SETTINGS frame; throws on values that the RFC rules out. */
  update(payload: Buffer): void {
    for (let at = 0; at < payload.length; at += 6) {
      this.#set(payload.readUInt16BE(at), payload.readUInt32BE(at + 2));
    }
  }

  /** No limit holds from the first SETTINGS on, unless that names one. */
  begin(): void {
    this.maxStreams = Number.POSITIVE_INFINITY;
  }

  #set(setting: number, value: number): void {
    if (setting === Setting.MAX_CONCURRENT_STREAMS) {
      this.maxStreams = value;
    } else if (setting === Setting.INITIAL_WINDOW_SIZE) {
      if (value > max31Bits) throw refused(Http2Code.FLOW_CONTROL_ERROR, setting, value);
      this.windowBytes = value;
    } else if (setting === Setting.MAX_FRAME_SIZE) {
      if (value < 16_384 || value > 0xff_ffff)
        throw refused(Http2Code.PROTOCOL_ERROR, setting, value);
      this.frameBytes = value;
    } else if (setting === Setting.ENABLE_PUSH && value > this.#maxPush) {
      throw refused(Http2Code.PROTOCOL_ERROR, setting, value);
    }
  }

  /** Only a client may take pushes (RFC 9113 §6.5.2). */
  get #maxPush(): number {
    return this.#role === 'client' ? 0 : 1;
  }
}

/** A SETTINGS frame. */
export function encodeSettings(settings: readonly (readonly [number, number])[]): Buffer {
  const payload = Buffer.allocUnsafe(settings.length * 6);
  settings.forEach(([setting, value], index) => {
    payload.writeUInt16BE(setting, index * 6);
    payload.writeUInt32BE(value, index * 6 + 2);
  });
  return encodeFrame(FrameType.SETTINGS, 0, 0, payload);
}

function refused(http2Code: number, setting: number, value: number): ConnectionFault {
  return new ConnectionFault(http2Code, `setting ${setting} cannot be ${value}`);
}

/** Error codes of RST_STREAM and GOAWAY (RFC 9113 §7). */
export const Http2Code = {
  NO_ERROR: 0x0,
  PROTOCOL_ERROR: 0x1,
  INTERNAL_ERROR: 0x2,
  FLOW_CONTROL_ERROR: 0x3,
  SETTINGS_TIMEOUT: 0x4,
  STREAM_CLOSED: 0x5,
  FRAME_SIZE_ERROR: 0x6,
  REFUSED_STREAM: 0x7,
  CANCEL: 0x8,
  COMPRESSION_ERROR: 0x9,
  CONNECT_ERROR: 0xa,
  ENHANCE_YOUR_CALM: 0xb,
  INADEQUATE_SECURITY: 0xc,
  HTTP_1_1_REQUIRED: 0xd,
} as const;

/** The peer broke a rule in a way that ends the whole connection; `http2Code` is what it is told. */
export class ConnectionFault extends Error {
  readonly http2Code: number;

  constructor(http2Code: number, message: string) {
    super(message);
    this.name = 'ConnectionFault';
    this.http2Code = http2Code;
  }
}

/** One stream was reset, by the peer or by this side; the connection lives on. */
export class StreamReset extends Error {
  readonly http2Code: number;

  constructor(http2Code: number, message: string) {
    super(message);
    this.name = 'StreamReset';
    this.http2Code = http2Code;
  }
}

/** The peer is gone without a word: it did not even answer a PING. */
export class Silence extends Error {
  constructor(silentMs: number) {
    super(
      `nothing was heard for ${Math.round(silentMs / 100) / 10} s, not even the answer to a PING`,
    );
    this.name = 'Silence';
  }
}

/** A request was never sent: the peer had no room for it in time. */
export class StreamLimit extends Error {
  constructor(peerStreams: number, limitMs: number) {
    super(
      `it takes ${peerStreams} requests at once, and none of them has ended for ${limitMs / 1000} s`,
    );
    this.name = 'StreamLimit';
  }
}

/** A code by its name, for messages. */
export function codeName(http2Code: number): string {
  const known = Object.entries(Http2Code).find(([, code]) => code === http2Code);
  return known ? known[0] : `code ${http2Code}`;
}

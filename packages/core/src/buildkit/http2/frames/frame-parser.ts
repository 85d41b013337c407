import { ConnectionFault, Http2Code } from './faults.js';
import { checkFrameHead } from './frame-rules.js';
import { FrameFlag, FrameType, frameHeadBytes, max31Bits, withoutPadding } from './frames.js';

/** What a client says before its first frame (RFC 9113 §3.4). */
export const clientPreface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** Where the frames go, in the order in which they came. */
export interface FrameSink {
  /**
   * A DATA frame, or a piece of it: pieces are views of what came, handed on as they come.
   *
   * `paddingBytes` count against the windows beside the piece.
   */
  data(streamId: number, piece: Buffer, paddingBytes: number, endsStream: boolean): void;
  /** A frame of another type. */
  frame(type: number, flags: number, streamId: number, payload: Buffer): void;
}

const nothing = Buffer.alloc(0);

/** Cuts a byte stream into frames; throws `ConnectionFault` on what cannot be one. */
export class FrameParser {
  readonly #sink: FrameSink;
  #chunk: Buffer = nothing;
  #at = 0;
  /** What is to be had in one piece next, and what does with it. */
  #wantedBytes: number;
  #next: (bytes: Buffer) => void;
  /** Its beginning, where chunks cut it. */
  #partial: Buffer | undefined;
  #partialBytes = 0;
  #type = 0;
  #flags = 0;
  #streamId = 0;
  #dataBytesLeft = 0;

  /** `from` is the peer's role. */
  constructor(sink: FrameSink, from: 'client' | 'server') {
    this.#sink = sink;
    this.#wantedBytes = from === 'client' ? clientPreface.length : frameHeadBytes;
    this.#next = from === 'client' ? this.#preface : this.#firstHead;
  }

  push(chunk: Buffer): void {
    this.#chunk = chunk;
    this.#at = 0;
    while (this.#at < chunk.length) {
      if (this.#dataBytesLeft > 0) this.#passData();
      else this.#passWhole();
    }
    this.#chunk = nothing;
  }

  #passData(): void {
    const end = Math.min(this.#chunk.length, this.#at + this.#dataBytesLeft);
    const piece = this.#chunk.subarray(this.#at, end);
    this.#at = end;
    this.#dataBytesLeft -= piece.length;
    const ends = this.#dataBytesLeft === 0 && (this.#flags & FrameFlag.END_STREAM) !== 0;
    this.#sink.data(this.#streamId, piece, 0, ends);
  }

  #passWhole(): void {
    const bytes = this.#take();
    if (bytes) this.#next(bytes);
  }

  /** The wanted bytes when they are there, as a view where one chunk holds them. */
  #take(): Buffer | undefined {
    const missingBytes = this.#wantedBytes - this.#partialBytes;
    const end = Math.min(this.#chunk.length, this.#at + missingBytes);
    const bytes = this.#chunk.subarray(this.#at, end);
    this.#at = end;
    if (bytes.length === this.#wantedBytes) return bytes;
    this.#partial ??= Buffer.allocUnsafe(this.#wantedBytes);
    this.#partial.set(bytes, this.#partialBytes);
    this.#partialBytes += bytes.length;
    if (this.#partialBytes < this.#wantedBytes) return undefined;
    const whole = this.#partial;
    this.#partial = undefined;
    this.#partialBytes = 0;
    return whole;
  }

  #preface(bytes: Buffer): void {
    if (!bytes.equals(clientPreface))
      throw new ConnectionFault(Http2Code.PROTOCOL_ERROR, 'the peer does not speak HTTP/2');
    this.#want(frameHeadBytes, this.#firstHead);
  }

  /** Both sides begin with SETTINGS; a server of HTTP/1 does not (RFC 9113 §3.4). */
  #firstHead(head: Buffer): void {
    if (head[3] !== FrameType.SETTINGS || (head[4] ?? 0) & FrameFlag.ACK)
      throw new ConnectionFault(Http2Code.PROTOCOL_ERROR, this.#othersWords(head));
    this.#head(head);
  }

  /** Who speaks HTTP/1 says in its first line why it refuses. */
  #othersWords(head: Buffer): string {
    const said = Buffer.concat([head, this.#chunk.subarray(this.#at, this.#at + 100)]);
    const [, answer] = /^HTTP\/1\.\d ([ -~]+)/.exec(said.toString('latin1')) ?? [];
    if (!answer) return 'the peer does not speak HTTP/2';
    return `the peer does not speak HTTP/2: it answers in HTTP/1 with "${answer}"`;
  }

  #head(head: Buffer): void {
    const payloadBytes = head.readUIntBE(0, 3);
    this.#type = head[3] ?? 0;
    this.#flags = head[4] ?? 0;
    this.#streamId = head.readUInt32BE(5) & max31Bits;
    checkFrameHead(this.#type, this.#flags, this.#streamId, payloadBytes);
    if (payloadBytes === 0) {
      this.#payload(nothing);
    } else if (this.#type === FrameType.DATA && !(this.#flags & FrameFlag.PADDED)) {
      this.#want(frameHeadBytes, this.#head);
      this.#dataBytesLeft = payloadBytes;
    } else {
      this.#want(payloadBytes, this.#payload);
    }
  }

  #payload(payload: Buffer): void {
    this.#want(frameHeadBytes, this.#head);
    if (this.#type !== FrameType.DATA) {
      this.#sink.frame(this.#type, this.#flags, this.#streamId, payload);
      return;
    }
    const data = withoutPadding(this.#flags, payload);
    const ends = (this.#flags & FrameFlag.END_STREAM) !== 0;
    this.#sink.data(this.#streamId, data, payload.length - data.length, ends);
  }

  #want(wantedBytes: number, next: (bytes: Buffer) => void): void {
    this.#wantedBytes = wantedBytes;
    this.#next = next;
  }
}

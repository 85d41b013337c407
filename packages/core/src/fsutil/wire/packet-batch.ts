import type { Entry } from './entry.js';
import { contentHeadBytes, packetOverheadBytes, writeContentHead, writeStat } from './wire.js';

/** How the transport frames a packet: by a head of fixed size that tells the packet's length. */
export interface Framing {
  readonly headBytes: number;
  writeHead(target: Buffer, at: number, packetBytes: number): void;
}

/**
 * Framed packets, one behind the other in a buffer, so that the transport writes many at once and
 * copies none. Files are read straight into their place.
 */
export class PacketBatch {
  readonly #framing: Framing;
  #buffer = Buffer.alloc(0);
  #end = 0;

  constructor(framing: Framing) {
    this.#framing = framing;
  }

  get isEmpty(): boolean {
    return this.#end === 0;
  }

  /** Whether a packet with `contentBytes` of content or strings fits, and one without any behind it. */
  hasRoomFor(contentBytes: number): boolean {
    return this.#end + this.#roomFor(contentBytes) <= this.#buffer.length;
  }

  /** Starts an empty batch of `capacityBytes`, or more if a packet with `contentBytes` needs more. */
  start(capacityBytes: number, contentBytes = 0): void {
    this.#buffer = Buffer.allocUnsafeSlow(Math.max(capacityBytes, this.#roomFor(contentBytes)));
    this.#end = 0;
  }

  addStat(entry: Entry): void {
    const start = this.#end + this.#framing.headBytes;
    this.#close(writeStat(this.#buffer, start, entry));
  }

  /** The packet that ends the content of file `id`. */
  addEndOfContent(id: number): void {
    const start = this.#end + this.#framing.headBytes;
    this.#close(writeContentHead(this.#buffer, start, id, 0));
  }

  /** The place for up to `maxBytes` of content of file `id`; addContent has to follow. */
  placeForContent(id: number, maxBytes: number): Buffer {
    const at = this.#contentStart(id, maxBytes);
    return this.#buffer.subarray(at, at + maxBytes);
  }

  /** Adds what was read into the place of `maxBytes`: `contentBytes`, which is not 0. */
  addContent(id: number, maxBytes: number, contentBytes: number): void {
    const start = this.#contentStart(id, contentBytes);
    const place = this.#contentStart(id, maxBytes);
    // The head of a shorter content may be shorter.
    if (place !== start) this.#buffer.copyWithin(start, place, place + contentBytes);
    writeContentHead(this.#buffer, this.#end + this.#framing.headBytes, id, contentBytes);
    this.#close(start + contentBytes);
  }

  /** A packet that is encoded already. */
  addPacket(packet: Uint8Array): void {
    const start = this.#end + this.#framing.headBytes;
    this.#buffer.set(packet, start);
    this.#close(start + packet.length);
  }

  /** The packets so far; their memory is the caller's from now on. */
  take(): Buffer {
    const taken = this.#buffer.subarray(0, this.#end);
    this.#buffer = Buffer.alloc(0);
    this.#end = 0;
    return taken;
  }

  #roomFor(contentBytes: number): number {
    return contentBytes + 2 * (packetOverheadBytes + this.#framing.headBytes);
  }

  #contentStart(id: number, contentBytes: number): number {
    return this.#end + this.#framing.headBytes + contentHeadBytes(id, contentBytes);
  }

  #close(end: number): void {
    this.#framing.writeHead(this.#buffer, this.#end, end - this.#end - this.#framing.headBytes);
    this.#end = end;
  }
}

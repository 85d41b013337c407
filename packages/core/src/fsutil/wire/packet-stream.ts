import type { Framing } from './packet-batch.js';

/** What a transfer needs of its transport: framed packets out, packets in. */
export interface PacketStream extends Framing {
  /**
   * Sends whole frames, at most about 1 MB of them, whose memory is the stream's from now on. A promise asks the
   * caller to wait for it before it writes more; it has to settle when the stream ends.
   */
  write(frames: Buffer): Promise<void> | undefined;

  /** The packets of the other side, as many at a time as arrived together; ends or throws with the stream. */
  readonly received: AsyncIterable<readonly Uint8Array[]>;
}

import { ConnectionFault, Http2Code } from '../frames/faults.js';
import { maxHeaderFragments, maxHeaderListBytes } from '../frames/limits.js';
import { headersTooLarge } from './hpack-decoder.js';

/** A header block on its way, in HEADERS and the CONTINUATIONs behind it. */
export class HeaderBlock {
  readonly streamId: number;
  readonly endsStream: boolean;
  readonly #fragments: Buffer[] = [];
  #sizeBytes = 0;

  constructor(streamId: number, endsStream: boolean) {
    this.streamId = streamId;
    this.endsStream = endsStream;
  }

  /** Throws `ConnectionFault` when it becomes more than we take. */
  add(fragment: Buffer): void {
    this.#fragments.push(fragment);
    this.#sizeBytes += fragment.length;
    if (this.#sizeBytes > maxHeaderListBytes) throw headersTooLarge();
    if (this.#fragments.length > maxHeaderFragments)
      throw new ConnectionFault(
        Http2Code.ENHANCE_YOUR_CALM,
        'the peer sent headers in too many pieces',
      );
  }

  whole(): Buffer {
    const [only] = this.#fragments;
    return only && this.#fragments.length === 1 ? only : Buffer.concat(this.#fragments);
  }
}

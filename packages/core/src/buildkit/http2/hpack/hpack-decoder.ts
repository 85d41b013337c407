import { ConnectionFault, Http2Code } from '../frames/faults.js';
import { maxHeaderListBytes } from '../frames/limits.js';
import { fieldOverheadBytes, type HeaderList } from './header-list.js';
import { HpackTable } from './hpack-table.js';
import { huffmanDecode } from './huffman.js';

/** The table that a peer may use before it is told otherwise (RFC 9113 §6.5.2). */
const tableBytes = 4096;

const nothing = Buffer.alloc(0);

/**
 * Decodes the header blocks of one connection (RFC 7541); all of them, in their order.
 *
 * Bytes of strings become the characters of the same number.
 */
export class HpackDecoder {
  readonly #table = new HpackTable(tableBytes);
  #block: Buffer = nothing;
  #at = 0;

  /** Throws `ConnectionFault` on what is no header block, and above the limit. */
  decode(block: Buffer): HeaderList {
    this.#block = block;
    this.#at = 0;
    const list: string[] = [];
    let listBytes = 0;
    while (this.#at < block.length) {
      const [name, value] = this.#field(list.length === 0) ?? [];
      if (name === undefined || value === undefined) continue;
      listBytes += name.length + value.length + fieldOverheadBytes;
      if (listBytes > maxHeaderListBytes) throw headersTooLarge();
      list.push(name, value);
    }
    this.#block = nothing;
    return list;
  }

  /** One representation (RFC 7541 §6), told apart by its first bits; none for a change of the table's size. */
  #field(atStart: boolean): readonly [string, string] | undefined {
    const byte = this.#block[this.#at] ?? 0;
    if (byte & 0x80) return this.#known(this.#integer(7));
    if (byte & 0x40) {
      const [name, value] = this.#literal(6);
      this.#table.add(name, value);
      return [name, value];
    }
    if (byte & 0x20) {
      this.#resize(this.#integer(5), atStart);
      return undefined;
    }
    return this.#literal(4);
  }

  #literal(prefixBits: number): [string, string] {
    const index = this.#integer(prefixBits);
    const name = index === 0 ? this.#string() : this.#known(index)[0];
    return [name, this.#string()];
  }

  #known(index: number): readonly [string, string] {
    const field = this.#table.at(index);
    if (!field) throw broken(`refers to field ${index}, which is not in the table`);
    return field;
  }

  #resize(maxBytes: number, atStart: boolean): void {
    if (!atStart) throw broken('changes the table behind a field');
    if (maxBytes > tableBytes) throw broken(`wants a table of ${maxBytes} bytes`);
    this.#table.resize(maxBytes);
  }

  #string(): string {
    const isCoded = ((this.#block[this.#at] ?? 0) & 0x80) !== 0;
    const sizeBytes = this.#integer(7);
    const end = this.#at + sizeBytes;
    if (end > this.#block.length) throw broken('ends inside a string');
    const bytes = this.#block.subarray(this.#at, end);
    this.#at = end;
    return (isCoded ? huffmanDecode(bytes) : bytes).toString('latin1');
  }

  /** An integer of which the low bits of the first byte are the beginning (RFC 7541 §5.1). */
  #integer(prefixBits: number): number {
    const mask = (1 << prefixBits) - 1;
    let value = this.#byte() & mask;
    if (value < mask) return value;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#byte();
      value += (byte & 0x7f) * factor;
      if (value > maxInteger || factor > maxInteger) throw broken('has a number out of bounds');
      if (byte < 0x80) return value;
    }
  }

  #byte(): number {
    const byte = this.#block[this.#at++];
    if (byte === undefined) throw broken('ends inside a field');
    return byte;
  }
}

/** Above everything that a number in a header block can rightly be. */
const maxInteger = 0xffff_ffff;

/** The peer did not heed the limit that our settings name. */
export function headersTooLarge(): ConnectionFault {
  return new ConnectionFault(
    Http2Code.ENHANCE_YOUR_CALM,
    `the peer sent headers above the limit of ${maxHeaderListBytes / 1024 / 1024} MiB`,
  );
}

function broken(how: string): ConnectionFault {
  return new ConnectionFault(Http2Code.COMPRESSION_ERROR, `a header block ${how}`);
}

import type { HeaderList } from './header-list.js';
import { staticTable } from './static-table.js';

/** First bits of a representation (RFC 7541 §6). */
const indexedBit = 0x80;
const tableSizeZero = 0x20;

/**
 * Encodes the header blocks of one connection (RFC 7541), in the simplest of ways: known fields by
 * number, all others in full, without a table of our own and without Huffman.
 */
export class HpackEncoder {
  #begun = false;

  /** The list has to be sendable. */
  encode(list: HeaderList): Buffer {
    const parts: Buffer[] = [];
    // A peer that shrinks the table waits for the word that we heed it; an empty one cannot shrink.
    if (!this.#begun) parts.push(Buffer.from([tableSizeZero]));
    for (let at = 0; at < list.length; at += 2)
      parts.push(...encodeField(list[at] ?? '', list[at + 1] ?? ''));
    this.#begun = true;
    return Buffer.concat(parts);
  }
}

function encodeField(name: string, value: string): Buffer[] {
  const exact = staticTable.findIndex((field) => field[0] === name && field[1] === value);
  if (exact >= 0) return [encodeInteger(exact + 1, 7, indexedBit)];
  const index = staticTable.findIndex((field) => field[0] === name) + 1;
  const head = encodeInteger(index, 4, 0);
  return index > 0 ? [head, encodeString(value)] : [head, encodeString(name), encodeString(value)];
}

function encodeString(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  return Buffer.concat([encodeInteger(bytes.length, 7, 0), bytes]);
}

/** RFC 7541 §5.1. */
function encodeInteger(value: number, prefixBits: number, firstBits: number): Buffer {
  const mask = (1 << prefixBits) - 1;
  if (value < mask) return Buffer.from([firstBits | value]);
  const bytes = [firstBits | mask];
  let rest = value - mask;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}

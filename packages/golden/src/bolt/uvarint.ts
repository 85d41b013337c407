import { damaged } from './damaged.js';

/** An unsigned number as Go's `binary.PutUvarint` writes it: 7 bits a byte, lowest first. */
export function readUvarint(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const [index, byte] of bytes.subarray(0, 10).entries()) {
    value |= BigInt(byte & 0x7f) << BigInt(7 * index);
    if (byte < 0x80) return BigInt.asUintN(64, value);
  }
  throw damaged('a number does not end');
}

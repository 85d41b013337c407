import { WarmdockError } from '../../errors.js';

/**
 * A length-delimited field's bytes as a view of the message, empty when the field is absent.
 *
 * Generated decoders copy `bytes` fields; on the two messages that carry bulk data that copy is
 * the largest cost, so they are read here. Follows the protobuf encoding (varint tags, wire types).
 */
export function bytesField(message: Buffer, fieldNumber: number): Buffer {
  let at = 0;
  while (at < message.length) {
    const tag = varintAt(message, at);
    at = tag.end;
    const wireType = tag.value & 7;
    if (wireType === 2) {
      const length = varintAt(message, at);
      const end = length.end + length.value;
      if (end > message.length) throw truncated();
      if (tag.value >>> 3 === fieldNumber) return message.subarray(length.end, end);
      at = end;
    } else {
      at = skip(message, at, wireType);
    }
  }
  return message.subarray(0, 0);
}

/** What stands before `sizeBytes` of data in the message whose only field, number 1, holds them. */
export function encodeBytesHead(sizeBytes: number): Uint8Array {
  const head: number[] = [0x0a];
  let rest = sizeBytes;
  for (; rest > 0x7f; rest >>>= 7) head.push((rest & 0x7f) | 0x80);
  head.push(rest);
  return Uint8Array.from(head);
}

/** `data` as the message whose only field, number 1, holds it. */
export function encodeBytesMessage(data: Uint8Array): Buffer {
  return Buffer.concat([encodeBytesHead(data.length), data]);
}

function varintAt(message: Buffer, at: number): { value: number; end: number } {
  let value = 0;
  let factor = 1;
  for (;;) {
    const byte = message[at++];
    if (byte === undefined || factor > Number.MAX_SAFE_INTEGER) throw truncated();
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return { value, end: at };
    factor *= 128;
  }
}

function skip(message: Buffer, at: number, wireType: number): number {
  if (wireType === 0) return varintAt(message, at).end;
  return at + (wireType === 1 ? 8 : 4);
}

function truncated(): WarmdockError {
  return new WarmdockError('PROTOCOL', 'gRPC peer sent a message that ends inside a field');
}

import { describe, expect, it } from 'vitest';
import { ReadContentRequest, WriteContentRequest } from '../../gen/content.js';
import { bytesField, encodeBytesHead } from './wire-fields.js';

describe('bytesField', () => {
  it.each([0, 1, 127, 128, 300, 70_000])(
    'reads what stands behind encodeBytesHead (%i bytes)',
    (sizeBytes) => {
      const bytes = Buffer.alloc(sizeBytes, 7);
      const message = Buffer.concat([encodeBytesHead(sizeBytes), bytes]);
      expect(bytesField(message, 1).equals(bytes)).toBe(true);
    },
  );

  it('skips varints and other length-delimited fields', () => {
    const request = { action: 1, ref: 'a ref', total: 2 ** 40, expected: 'sha256:0', offset: 5 };
    const head = Buffer.from(WriteContentRequest.encode(request).finish());
    const data = Buffer.concat([head, Buffer.from([0x32, 3]), Buffer.from('abc')]);
    expect(String(bytesField(data, 6))).toBe('abc');
  });

  it('is empty when the field is absent', () => {
    const message = Buffer.from(
      ReadContentRequest.encode({ digest: 'sha256:0', offset: 1, size: 2 }).finish(),
    );
    expect(bytesField(message, 9)).toHaveLength(0);
  });

  it.each([
    ['a length beyond the end', [0x0a, 5, 1]],
    ['an unfinished varint', [0x0a, 0x80]],
    ['a varint without end', Array(12).fill(0xff)],
  ])('refuses %s', (_rule, bytes) => {
    expect(() => bytesField(Buffer.from(bytes as number[]), 1)).toThrow(/ends inside a field/);
  });
});

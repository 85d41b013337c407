import { expect, test } from 'vitest';
import { readUvarint } from './uvarint.js';

test.each([
  [[0], 0n],
  [[0x7f], 127n],
  [[0x80, 0x01], 128n],
  [[0xac, 0x02, 0xff], 300n],
  [[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], 2n ** 64n - 1n],
])('reads %j', (bytes, value) => {
  expect(readUvarint(Buffer.from(bytes))).toBe(value);
});

test.each([[[]], [[0x80]], [Array(11).fill(0x80)]])('tells that %j does not end', (bytes) => {
  expect(() => readUvarint(Buffer.from(bytes))).toThrow('a number does not end');
});

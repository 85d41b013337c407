import { describe, expect, test } from 'vitest';
import { decodeBytesMessage, encodeBytesMessage } from './bytes-message.js';

describe('BytesMessage', () => {
  test.each([
    [1, '0a01'],
    [127, '0a7f'],
    [128, '0a8001'],
    [300, '0aac02'],
    [1_000_000, '0ac0843d'],
  ])('of %i bytes begins with %s and comes back whole', (length, head) => {
    const bytes = Buffer.alloc(length, 7);
    const message = encodeBytesMessage(bytes);
    expect(message.subarray(0, message.length - length).toString('hex')).toBe(head);
    expect(decodeBytesMessage(message).equals(bytes)).toBe(true);
  });

  test('of nothing is an empty message', () => {
    expect(decodeBytesMessage(Buffer.alloc(0))).toHaveLength(0);
  });

  test('with another field is refused', () => {
    expect(() => decodeBytesMessage(Buffer.from('1201', 'hex'))).toThrow('tag 18');
  });
});

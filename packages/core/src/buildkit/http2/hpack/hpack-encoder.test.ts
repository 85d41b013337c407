import { describe, expect, it } from 'vitest';
import { HpackDecoder } from './hpack-decoder.js';
import { HpackEncoder } from './hpack-encoder.js';

describe('encoding a header block', () => {
  it('uses numbers for known fields and names, and begins with an empty table', () => {
    const encoder = new HpackEncoder();
    expect(encoder.encode([':method', 'POST']).toString('hex')).toBe('2083');
    expect(encoder.encode([':path', '/a']).toString('hex')).toBe('04022f61');
    expect(encoder.encode(['te', 'x']).toString('hex')).toBe('000274650178');
  });

  it('keeps order, repeated names, and values of any length', () => {
    const list = ['b', '1', 'a', '', 'b', '2', 'user-agent', 'x'.repeat(70_000), 'b', 'ü\xff'];
    const [encoder, decoder] = [new HpackEncoder(), new HpackDecoder()];
    for (const _round of [1, 2]) expect(decoder.decode(encoder.encode(list))).toEqual(list);
  });
});

import { describe, expect, it } from 'vitest';
import { algorithmOf, digestOf, hexOf, parseDigest } from './digest.js';

const empty = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

describe('parseDigest', () => {
  it.each([empty, `sha512:${'ab'.repeat(64)}`])('accepts %s', (text) => {
    expect(parseDigest(text)).toBe(text);
  });

  it.each([
    ['an empty text', ''],
    ['hex alone', 'a'.repeat(64)],
    ['too few digits', `sha256:${'a'.repeat(63)}`],
    ['too many digits', `sha256:${'a'.repeat(65)}`],
    ['upper case', `sha256:${'A'.repeat(64)}`],
    ['no hex', `sha256:${'g'.repeat(64)}`],
    ['the length of another algorithm', `sha512:${'a'.repeat(64)}`],
    ['an unknown algorithm', `md5:${'a'.repeat(32)}`],
    ['a trailing newline', `${empty}\n`],
    ['a path', `sha256:../../${'a'.repeat(58)}`],
  ])('refuses %s', (_, text) => {
    expect(() => parseDigest(text)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });

  it('keeps a long refused text out of its message', () => {
    expect(() => parseDigest('x'.repeat(10_000))).toThrow(/^.{0,250}$/);
  });
});

describe('digestOf', () => {
  it('is the SHA-256 of bytes', () => {
    expect(digestOf(new Uint8Array())).toBe(empty);
    expect(digestOf('hello')).toBe(digestOf(Buffer.from('hello')));
  });

  it('is the SHA-512 when asked for', () => {
    const digest = digestOf('hello', 'sha512');
    expect(algorithmOf(digest)).toBe('sha512');
    expect(parseDigest(digest)).toBe(digest);
  });

  it('has its hex digits after the colon', () => {
    expect(hexOf(digestOf(''))).toBe(empty.slice(7));
  });
});

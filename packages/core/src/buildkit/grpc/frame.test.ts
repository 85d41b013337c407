import { describe, expect, it } from 'vitest';
import { encodeFrames, FrameReader } from './frame.js';

const text = (messages: readonly Buffer[]) => messages.map(String);

describe('FrameReader', () => {
  const frames = encodeFrames([Buffer.from('one'), Buffer.from(''), Buffer.from('three')]);

  it.each([1, 2, 4, 5, 7, frames.length])(
    'finds the messages whatever the chunk size (%i bytes)',
    (chunkBytes) => {
      const reader = new FrameReader();
      const messages: Buffer[] = [];
      for (let at = 0; at < frames.length; at += chunkBytes) {
        messages.push(...reader.push(frames.subarray(at, at + chunkBytes)));
      }
      expect(text(messages)).toEqual(['one', '', 'three']);
      expect(reader.partial).toBe(false);
    },
  );

  it('knows that a message is cut short', () => {
    const reader = new FrameReader();
    expect(text(reader.push(frames.subarray(0, frames.length - 1)))).toEqual(['one', '']);
    expect(reader.partial).toBe(true);
  });

  it('refuses a compressed message', () => {
    expect(() => new FrameReader().push(Buffer.from([1, 0, 0, 0, 1, 0]))).toThrow(/compressed/);
  });

  it('refuses a message above the limit before it is buffered', () => {
    expect(() => new FrameReader().push(Buffer.from([0, 0x7f, 0, 0, 0]))).toThrow(
      /above the limit/,
    );
  });
});

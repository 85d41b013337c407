import { describe, expect, test } from 'vitest';
import { Demultiplexer } from './multiplexed.js';

function piece(stream: number, text: string): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt8(stream, 0);
  head.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([head, Buffer.from(text)]);
}

/** What came of each output, the stream having come in chunks of that size. */
function outputsOf(stream: Buffer, chunkBytes: number): Record<string, string> {
  const outputs: Record<string, string> = {};
  const demultiplexer = new Demultiplexer((output, bytes) => {
    outputs[output] = `${outputs[output] ?? ''}${bytes}`;
  });
  for (let at = 0; at < stream.length; at += chunkBytes)
    demultiplexer.push(stream.subarray(at, at + chunkBytes));
  return outputs;
}

describe('a multiplexed stream', () => {
  const stream = Buffer.concat([
    piece(1, 'out '),
    piece(2, 'wrong'),
    piece(1, ''),
    piece(0, 'of old'),
    piece(1, ' times'),
    piece(3, 'the daemon'),
  ]);

  test.each([1, 3, 8, 9, 20, 1000])('is taken apart, in chunks of %d bytes', (chunkBytes) => {
    expect(outputsOf(stream, chunkBytes)).toEqual({
      stdout: 'out of old times',
      stderr: 'wrong',
      daemon: 'the daemon',
    });
  });

  test('is no text', () => {
    expect(() => outputsOf(Buffer.from('Error: no such thing'), 100)).toThrow(
      expect.objectContaining({ code: 'PROTOCOL' }),
    );
  });
});

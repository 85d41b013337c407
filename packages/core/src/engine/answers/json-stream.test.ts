import { describe, expect, it } from 'vitest';
import { jsonMessages } from './json-stream.js';

const context = { operation: 'loading', code: 'LOAD_FAILED' } as const;

async function* chunksOf(text: string | Uint8Array, chunkBytes: number) {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += chunkBytes)
    yield bytes.subarray(start, start + chunkBytes);
}

/** The `stream` of each message before the end or the error. */
async function read(text: string | Uint8Array, chunkBytes = 1_000_000) {
  const streams: (string | undefined)[] = [];
  try {
    for await (const message of jsonMessages(chunksOf(text, chunkBytes), context))
      streams.push(message.optionalText('stream'));
    return { streams, error: undefined };
  } catch (error) {
    return { streams, error };
  }
}

describe('jsonMessages', () => {
  it.each([1, 2, 3, 7, 1_000])('reads messages from chunks of %i bytes', async (chunkBytes) => {
    const text = '{"stream":"a"}\r\n{"stream":"größer ☃"}\n\r\n{"stream":"c"}';
    expect(await read(text, chunkBytes)).toEqual({
      streams: ['a', 'größer ☃', 'c'],
      error: undefined,
    });
  });

  it('takes an answer without messages', async () => {
    expect(await read('')).toEqual({ streams: [], error: undefined });
  });

  it.each([
    [
      'errorDetail',
      '{"errorDetail":{"message":"no such file"},"error":"old form"}',
      'no such file',
    ],
    ['error alone', '{"error":"no such file"}', 'no such file'],
    ['an empty error', '{"error":""}', 'loading'],
    ['errorDetail without a message', '{"errorDetail":{},"error":"no such file"}', 'no such file'],
  ])('throws on a line with %s, after the messages before it', async (_, line, said) => {
    const { streams, error } = await read(`{"stream":"a"}\n${line}\n{"stream":"b"}\n`);
    expect(streams).toEqual(['a']);
    expect(error).toMatchObject({ code: 'LOAD_FAILED', message: expect.stringContaining(said) });
  });

  it('cuts a very long error', async () => {
    const { error } = await read(`{"error":"${'x'.repeat(100_000)}"}\n`);
    expect(String(error).length).toBeLessThan(5_000);
  });

  it.each([
    ['no JSON', '{"stream":'],
    ['a list', '[1]'],
    ['a number', '7'],
    ['null', 'null'],
    ['an error of another type', '{"error":{"x":1}}'],
  ])('throws PROTOCOL for %s', async (_, line) => {
    expect((await read(`${line}\n`)).error).toMatchObject({ code: 'PROTOCOL' });
  });

  it('throws PROTOCOL for a line without end, before it fills the memory', async () => {
    const { error } = await read(new Uint8Array(4 * 1024 * 1024).fill(0x20), 65_536);
    expect(error).toMatchObject({ code: 'PROTOCOL' });
  });
});

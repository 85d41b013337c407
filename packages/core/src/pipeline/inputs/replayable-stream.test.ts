import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ReplayableStream } from './replayable-stream.js';

function onceOf(source: AsyncIterable<Uint8Array | string>) {
  const directory = mkdtempSync(join(tmpdir(), 'warmdock-once-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'spool');
  return { path, stream: new ReplayableStream(source, 'the stream', path) };
}

async function textOf(stream: ReplayableStream): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream.read()) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('a stream that is read once', () => {
  it('gives all its bytes again, also those that were looked at', async () => {
    const { stream, path } = onceOf(Readable.from([Buffer.from('ab'), 'c', Buffer.from('def')]));
    expect(Buffer.from(await stream.peek(3)).toString()).toBe('abc');
    expect(await textOf(stream)).toBe('abcdef');
    expect(await textOf(stream)).toBe('abcdef');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('may be shorter than what is looked at', async () => {
    const { stream } = onceOf(Readable.from(['a']));
    expect(await stream.peek(100)).toHaveLength(1);
    expect(await textOf(stream)).toBe('a');
  });

  it('takes no more of its source than was asked for', async () => {
    let taken = 0;
    const { stream } = onceOf(
      (async function* () {
        for (;;) {
          taken += 1;
          yield Buffer.alloc(1000);
        }
      })(),
    );
    const reader = stream.read();
    await reader.next();
    await reader.next();
    expect(taken).toBe(2);
    await reader.return();
  });

  it('is not read by two at a time', async () => {
    const { stream } = onceOf(Readable.from(['a', 'b']));
    const reader = stream.read();
    await reader.next();
    await expect(stream.read().next()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await reader.return();
  });

  it('that breaks is UNAVAILABLE', async () => {
    const broken = new Readable({ read: () => broken.destroy(new Error('pipe broke')) });
    await expect(onceOf(broken).stream.peek(1)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/the stream.*pipe broke/),
    });
  });
});

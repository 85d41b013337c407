import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fileTarget, streamTarget } from './file-targets.js';

/** More than a stream takes before it asks its writer to wait. */
async function* content() {
  for (let at = 0; at < 10; at++) yield Buffer.alloc(100_000);
}

const { signal } = new AbortController();
const full = { code: 'UNAVAILABLE', message: expect.stringContaining('no space left') };

describe('a full disk', () => {
  test('behind a path is told with the path', async () => {
    const target = fileTarget('/dev/full');
    if (target.kind !== 'stream') throw new Error('no stream');
    await expect(target.receive(content(), signal)).rejects.toMatchObject({
      ...full,
      path: '/dev/full',
    });
  });

  test('behind standard output is told as that', async () => {
    const stream = createWriteStream('/dev/full');
    await once(stream, 'open');
    const target = streamTarget(stream);
    if (target.kind !== 'stream') throw new Error('no stream');
    await expect(target.receive(content(), signal)).rejects.toMatchObject({
      ...full,
      path: 'standard output',
    });
  });
});

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ByteRange, ContentSource } from '../../content/content.js';
import { readBlob } from '../../content/read-blob.js';
import { memorySource } from '../../content/testing/memory-source.js';
import { WarmdockError } from '../../errors.js';
import type { Progress } from '../../progress.js';
import { fileNameOf } from './downloads-folder.js';
import { openDownloads } from './open-downloads.js';

const chunkBytes = 100_000;

/** A user's home, and registries that are `delayMs` for each chunk away. */
function testRegistry({ delayMs = 0 } = {}) {
  const home = mkdtempSync(join(tmpdir(), 'warmdock-downloads-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const stored = memorySource({ chunkBytes });
  const asked: (ByteRange | 'all')[] = [];
  const running = { now: 0, most: 0 };
  const source: ContentSource = {
    exists: (...args) => stored.exists(...args),
    async *fetch(blob, options = {}) {
      asked.push(options.range ?? 'all');
      running.most = Math.max(running.most, ++running.now);
      try {
        for await (const chunk of stored.fetch(blob, options)) {
          await delay(delayMs, undefined, { signal: options.signal });
          yield chunk;
        }
      } finally {
        running.now--;
      }
    },
  };
  const notices: string[] = [];
  const onProgress = (event: Progress) => {
    if (event.type === 'notice') notices.push(event.message);
  };
  const env = { HOME: home };
  const folder = join(home, '.cache/warmdock/downloads');
  return {
    ...{ stored, source, asked, running, notices, folder, home },
    files: () => (existsSync(folder) ? readdirSync(folder) : []),
    open: () => openDownloads(source, { env, onProgress }),
  };
}

/** Reads that many bytes, and leaves. */
async function readFirst(chunks: AsyncIterable<Uint8Array>, bytes: number): Promise<void> {
  let read = 0;
  for await (const chunk of chunks) {
    read += chunk.length;
    if (read >= bytes) return;
  }
}

const large = { maxBytes: 100_000_000 };

describe('layers of a registry that is near', () => {
  it('come straight, one after the other, and leave nothing', async () => {
    const { stored, open, asked, running, files } = testRegistry();
    const blobs = [1, 2, 3].map(() => stored.add(randomBytes(20_000_000)));
    await using downloads = open();
    await downloads.prepare?.(blobs);
    for (const blob of blobs) await readBlob(downloads, blob, large);
    expect([asked, running.most, files()]).toEqual([['all', 'all', 'all'], 1, []]);
  });
});

describe('layers of a registry that is far away', () => {
  const far = { delayMs: 40 };

  it('come side by side once that is known; their files go when they were read', async () => {
    const { stored, open, running, files, notices } = testRegistry(far);
    const blobs = [1, 2, 3, 4].map(() => stored.add(randomBytes(4_000_000)));
    const downloads = open();
    await downloads.prepare?.(blobs);
    for (const blob of blobs) await readBlob(downloads, blob, large);
    expect(running.most).toBeGreaterThanOrEqual(3);
    await downloads[Symbol.asyncDispose]();
    expect([files(), notices]).toEqual([[], []]);
  });

  it('come once, also those that were read before that was known', async () => {
    // Two layers are over before their pace is known.
    const { stored, open, asked } = testRegistry({ delayMs: 15 });
    const small = [1, 2].map(() => stored.add(randomBytes(1_100_000)));
    const last = stored.add(randomBytes(4_000_000));
    await using downloads = open();
    await downloads.prepare?.([...small, last]);
    for (const blob of [...small, last]) await readBlob(downloads, blob, large);
    expect(asked.filter((each) => each === 'all').length).toBeLessThanOrEqual(3);
  });

  it('go on where they were, when the next process reads them', async () => {
    const { stored, open, asked, files } = testRegistry(far);
    const blob = stored.add(randomBytes(8_000_000));
    const first = open();
    await readFirst(first.fetch(blob), 4_500_000);
    await first[Symbol.asyncDispose]();
    expect(files()).toEqual([fileNameOf(blob.digest)]);
    asked.length = 0;
    const second = open();
    await readBlob(second, blob, large);
    await second[Symbol.asyncDispose]();
    expect(asked).toEqual([{ offset: expect.any(Number), length: expect.any(Number) }]);
    expect((asked[0] as ByteRange).offset).toBeGreaterThan(3_000_000);
    expect(files()).toEqual([]);
  });

  it('come anew when what was left is not their beginning', async () => {
    const { stored, open, folder, files } = testRegistry();
    const blob = stored.add(randomBytes(3_000_000));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, fileNameOf(blob.digest)), Buffer.alloc(2_000_000));
    const downloads = open();
    await readBlob(downloads, blob, large);
    await downloads[Symbol.asyncDispose]();
    expect(files()).toEqual([]);
  });

  it('are not kept where another one writes them, and come all the same', async () => {
    const { stored, open, asked } = testRegistry(far);
    const blob = stored.add(randomBytes(5_000_000));
    await using one = open();
    await using other = open();
    const read = await Promise.all([readBlob(one, blob, large), readBlob(other, blob, large)]);
    expect(read[0].equals(read[1])).toBe(true);
    expect(asked.length).toBeLessThanOrEqual(4);
  });

  it('come straight where nothing can be kept, with a notice', async () => {
    const { stored, open, home, notices } = testRegistry(far);
    writeFileSync(join(home, '.cache'), 'no folder');
    const blobs = [1, 2].map(() => stored.add(randomBytes(4_000_000)));
    await using downloads = open();
    for (const blob of blobs) await readBlob(downloads, blob, large);
    expect(notices).toEqual([
      expect.stringMatching(/^downloads cannot be kept in .*; reading straight from the registry/),
    ]);
  });

  it('that fail say why, and keep what came', async () => {
    const { stored, open, source, files } = testRegistry(far);
    const blob = stored.add(randomBytes(6_000_000));
    const { fetch } = source;
    source.fetch = async function* (asked, options) {
      let passed = 0;
      for await (const chunk of fetch(asked, options)) {
        passed += chunk.length;
        if (options?.range && passed > 1_500_000) throw new WarmdockError('UNAVAILABLE', 'gone');
        yield chunk;
      }
    };
    const downloads = open();
    await expect(readBlob(downloads, blob, large)).rejects.toMatchObject({ message: 'gone' });
    await downloads[Symbol.asyncDispose]();
    expect(files()).toEqual([fileNameOf(blob.digest)]);
  });

  it('end with whoever reads them', async () => {
    const { stored, open, running } = testRegistry(far);
    const blob = stored.add(randomBytes(9_000_000));
    const downloads = open();
    const stop = AbortSignal.timeout(1_500);
    await expect(readBlob(downloads, blob, { ...large, signal: stop })).rejects.toMatchObject({
      code: expect.stringMatching(/TIMEOUT|CANCELLED/),
    });
    await downloads[Symbol.asyncDispose]();
    expect(running.now).toBe(0);
  });
});

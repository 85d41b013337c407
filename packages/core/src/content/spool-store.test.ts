import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBlob } from './read-blob.js';
import { createSpoolStore } from './spool-store.js';
import { contentSourceSuite } from './testing/content-source-suite.js';
import { describeBytes } from './testing/memory-source.js';

let parentDirectory: string;
beforeAll(async () => {
  parentDirectory = await mkdtemp(join(tmpdir(), 'spool-store-test-'));
});
afterAll(() => rm(parentDirectory, { recursive: true }));

async function* inChunks(...chunks: Uint8Array[]) {
  yield* chunks;
}

const bytes = randomBytes(200_000);
const descriptor = describeBytes(bytes);

contentSourceSuite('the spool store', async () => {
  const store = await createSpoolStore({ parentDirectory });
  return { source: store, put: (blob, content) => store.push(blob, inChunks(content)) };
});

describe('the spool store', () => {
  it('keeps its directory and files from other users', async () => {
    await using store = await createSpoolStore({ parentDirectory });
    await store.push(descriptor, inChunks(bytes));
    const [name = ''] = await readdir(store.directory);
    expect((await stat(store.directory)).mode & 0o777).toBe(0o700);
    expect((await stat(join(store.directory, name))).mode & 0o777).toBe(0o600);
  });

  it('keeps nothing of a blob with a wrong digest', async () => {
    await using store = await createSpoolStore({ parentDirectory });
    const wrong = randomBytes(200_000);
    const pushed = store.push(
      descriptor,
      inChunks(wrong.subarray(0, 1_000), wrong.subarray(1_000)),
    );
    await expect(pushed).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    expect(await store.exists(descriptor)).toBe(false);
    expect(await readdir(store.directory)).toEqual([]);
  });

  it('keeps nothing of a blob whose source breaks, and throws its error', async () => {
    await using store = await createSpoolStore({ parentDirectory });
    const broken = new Error('the source broke');
    async function* breaking() {
      yield bytes.subarray(0, 10);
      throw broken;
    }
    await expect(store.push(descriptor, breaking())).rejects.toBe(broken);
    expect(await readdir(store.directory)).toEqual([]);
  });

  it('does not show a blob before it is whole', async () => {
    await using store = await createSpoolStore({ parentDirectory });
    async function* slowly() {
      yield bytes.subarray(0, 100_000);
      expect(await store.exists(descriptor)).toBe(false);
      yield bytes.subarray(100_000);
    }
    await store.push(descriptor, slowly());
    expect(await store.exists(descriptor)).toBe(true);
  });

  it('stops at once when its signal fires, even if the source hangs', async () => {
    await using store = await createSpoolStore({ parentDirectory });
    const abort = new AbortController();
    async function* hanging() {
      yield bytes.subarray(0, 10);
      await new Promise(() => {});
    }
    const pushed = store.push(descriptor, hanging(), { signal: abort.signal });
    setTimeout(() => abort.abort(), 20);
    await expect(pushed).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await readdir(store.directory)).toEqual([]);
  });

  it('takes the same blob several times at once', async () => {
    await using store = await createSpoolStore({ parentDirectory });
    await Promise.all([1, 2, 3].map(() => store.push(descriptor, inChunks(bytes))));
    expect(await readdir(store.directory)).toHaveLength(1);
    expect((await readBlob(store, descriptor)).equals(bytes)).toBe(true);
  });

  it('leaves nothing behind when it is disposed of', async () => {
    const store = await createSpoolStore({ parentDirectory });
    await store.push(descriptor, inChunks(bytes));
    await store[Symbol.asyncDispose]();
    expect(existsSync(store.directory)).toBe(false);
    await store[Symbol.asyncDispose]();
  });
});

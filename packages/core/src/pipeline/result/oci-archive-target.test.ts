import { randomBytes } from 'node:crypto';
import { pack } from 'tar-stream';
import { expect, it, onTestFinished } from 'vitest';
import { readBlob } from '../../content/read-blob.js';
import { createSpoolStore } from '../../content/spool-store.js';
import { type Digest, digestOf } from '../../oci/digest.js';
import { archiveTarget } from './oci-archive-target.js';

const blobOf = (bytes: Buffer) => ({
  mediaType: 'application/octet-stream',
  digest: digestOf(bytes),
  size: bytes.length,
});

const pathOf = (digest: Digest) => `blobs/${digest.replace(':', '/')}`;

/** Receives an archive of these files, in chunks that know nothing of them. */
async function received(files: Readonly<Record<string, Buffer>>, signal = never) {
  const store = await createSpoolStore();
  onTestFinished(() => store[Symbol.asyncDispose]());
  const archive = pack();
  for (const [name, bytes] of Object.entries(files)) archive.entry({ name }, bytes);
  archive.finalize();
  const target = archiveTarget(store);
  if (target.kind !== 'stream') throw new Error('an archive is a stream');
  await target.receive(archive as AsyncIterable<Uint8Array>, signal);
  return store;
}

const never = new AbortController().signal;

it('keeps the blobs of an image archive, and nothing else', async () => {
  const blobs = [randomBytes(1_000_000), Buffer.from('{}')];
  const files = Object.fromEntries(blobs.map((bytes) => [pathOf(digestOf(bytes)), bytes]));
  const store = await received({
    'oci-layout': Buffer.from('{}'),
    ...files,
    'index.json': Buffer.from('i'),
  });
  for (const bytes of blobs)
    expect((await readBlob(store, blobOf(bytes))).equals(bytes)).toBe(true);
  expect(await store.exists(blobOf(Buffer.from('i')))).toBe(false);
});

it.each([
  ['DIGEST_MISMATCH', 'bytes are not those of its name', pathOf(digestOf('other'))],
  ['INVALID_ARGUMENT', 'name is no digest', 'blobs/sha256/short'],
])('throws %s for a blob whose %s', async (code, _, name) => {
  await expect(received({ [name]: randomBytes(10) })).rejects.toMatchObject({ code });
});

it('ends with the signal', async () => {
  const blob = randomBytes(10);
  const files = { [pathOf(digestOf(blob))]: blob };
  await expect(received(files, AbortSignal.abort())).rejects.toThrow(/abort|cancel/i);
});

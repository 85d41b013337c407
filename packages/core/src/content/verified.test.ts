import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../oci/digest.js';
import { describeBytes } from './testing/memory-source.js';
import { verified } from './verified.js';

async function* inChunks(...chunks: Uint8Array[]) {
  yield* chunks;
}

/** What a reader got before the end or the error. */
async function read(chunks: AsyncIterable<Uint8Array>) {
  const got: Uint8Array[] = [];
  try {
    for await (const chunk of chunks) got.push(chunk);
    return { bytes: Buffer.concat(got), error: undefined };
  } catch (error) {
    return { bytes: Buffer.concat(got), error };
  }
}

const bytes = randomBytes(10_000);
const descriptor = describeBytes(bytes);
const mismatch = { code: 'DIGEST_MISMATCH' };

describe('verified', () => {
  it.each([1, 100, 9_999, 10_000])(
    'passes a right blob on, whatever the chunks (first of %i bytes)',
    async (cut) => {
      const result = await read(
        verified(descriptor, inChunks(bytes.subarray(0, cut), bytes.subarray(cut))),
      );
      expect(result.error).toBeUndefined();
      expect(result.bytes.equals(bytes)).toBe(true);
    },
  );

  it('passes an empty blob', async () => {
    const result = await read(verified(describeBytes(new Uint8Array()), inChunks()));
    expect(result).toEqual({ bytes: Buffer.alloc(0), error: undefined });
  });

  it('checks SHA-512 as well', async () => {
    const sha512 = { ...descriptor, digest: digestOf(bytes, 'sha512') };
    expect((await read(verified(sha512, inChunks(bytes)))).error).toBeUndefined();
    expect(
      (await read(verified({ ...sha512, digest: digestOf('x', 'sha512') }, inChunks(bytes)))).error,
    ).toMatchObject(mismatch);
  });

  it('gives nobody the whole of a wrong blob', async () => {
    const wrong = Buffer.from(bytes);
    wrong[0] = (wrong[0] ?? 0) ^ 1;
    const result = await read(
      verified(
        descriptor,
        inChunks(wrong.subarray(0, 6_000), wrong.subarray(6_000), new Uint8Array()),
      ),
    );
    expect(result.error).toMatchObject(mismatch);
    expect(result.bytes).toHaveLength(6_000);
  });

  it('gives no byte of a wrong blob that comes in one chunk', async () => {
    const result = await read(
      verified({ ...descriptor, digest: digestOf('other') }, inChunks(bytes)),
    );
    expect(result.bytes).toHaveLength(0);
  });

  it('names the blob, what was expected and what came', async () => {
    const expected = digestOf('other');
    const { error } = await read(verified({ ...descriptor, digest: expected }, inChunks(bytes)));
    expect(String(error)).toContain(expected);
    expect(String(error)).toContain(descriptor.digest);
  });

  it('fails at the first surplus byte without waiting for the end', async () => {
    async function* endless() {
      for (;;) yield randomBytes(4_000);
    }
    const result = await read(verified(descriptor, endless()));
    expect(result.error).toMatchObject(mismatch);
    expect(result.bytes.length).toBeLessThan(descriptor.size);
  });

  it('refuses a blob that ends early, and holds its last chunk back', async () => {
    const result = await read(
      verified(descriptor, inChunks(bytes.subarray(0, 5_000), bytes.subarray(5_000, 9_999))),
    );
    expect(result.error).toMatchObject(mismatch);
    expect(result.bytes).toHaveLength(5_000);
  });

  it('passes the error of its source through', async () => {
    const broken = new Error('the source broke');
    async function* breaking() {
      yield bytes.subarray(0, 10);
      throw broken;
    }
    expect((await read(verified(descriptor, breaking()))).error).toBe(broken);
  });

  it('ends its source when its reader leaves', async () => {
    let ended = false;
    async function* observed() {
      try {
        yield bytes.subarray(0, 10);
        yield bytes.subarray(10, 20);
        yield bytes.subarray(20);
      } finally {
        ended = true;
      }
    }
    for await (const _ of verified(descriptor, observed())) break;
    expect(ended).toBe(true);
  });
});

import { randomBytes } from 'node:crypto';
import {
  encodeBytesMessage,
  type FakeBuildkitHandlers,
  GrpcError,
  startFakeBuildkit,
  startFaultProxy,
} from '@warmdock/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readBlob } from '../content/read-blob.js';
import { contentSourceSuite } from '../content/testing/content-source-suite.js';
import { describeBytes } from '../content/testing/memory-source.js';
import {
  InfoRequest,
  ListContentRequest,
  ListContentResponse,
  ReadContentRequest,
} from '../gen/content.js';
import { parseBuilderAddress } from './address.js';
import { type BuildKit, type BuildKitOptions, buildKitOver } from './buildkit.js';
import { addressTransport } from './transport.js';

const messageBytes = 1024 * 1024;

/** Handlers that serve what is in the map, as containerd's content service does. */
function contentHandlers(blobs: ReadonlyMap<string, Uint8Array>): FakeBuildkitHandlers {
  const blobOf = (digest: string) => {
    const blob = blobs.get(digest);
    if (!blob) throw new GrpcError(5, `content ${digest}: not found`);
    return blob;
  };
  return {
    contentInfo(request) {
      blobOf(InfoRequest.decode(request).digest);
      return Buffer.alloc(0);
    },
    async *contentRead(request) {
      const { digest, offset, size } = ReadContentRequest.decode(request);
      const blob = blobOf(digest);
      const end = size === 0 ? blob.length : Math.min(blob.length, offset + size);
      for (let at = offset; at < end; at += messageBytes) {
        yield readAnswer(blob.subarray(at, Math.min(end, at + messageBytes)));
      }
    },
    async *contentList() {
      for (const digest of blobs.keys()) {
        const info = [{ digest, size: 0, labels: {} }];
        yield Buffer.from(ListContentResponse.encode({ info }).finish());
      }
    },
  };
}

/** `ReadContentResponse`: an offset in field 1, the data in field 2. */
function readAnswer(data: Uint8Array): Buffer {
  const field = encodeBytesMessage(data);
  field[0] = 0x12;
  return Buffer.concat([Buffer.from([0x08, 1]), field]);
}

function builderAt(address: string, options: BuildKitOptions = {}): BuildKit {
  const builder = buildKitOver(addressTransport(parseBuilderAddress(address)), options);
  onTestFinished(() => builder.close());
  return builder;
}

async function contentOver(handlers: FakeBuildkitHandlers) {
  const fake = await startFakeBuildkit(handlers);
  onTestFinished(() => fake[Symbol.asyncDispose]());
  return builderAt(fake.address).content;
}

contentSourceSuite('the content service of a BuildKit', async () => {
  const blobs = new Map<string, Uint8Array>();
  const source = await contentOver(contentHandlers(blobs));
  return { source, put: async ({ digest }, bytes) => void blobs.set(digest, bytes) };
});

describe('the content of a BuildKit', () => {
  const bytes = randomBytes(3_000_000);
  const blob = describeBytes(bytes);
  const blobs = new Map([[blob.digest as string, bytes]]);

  it.each([
    [0, 10],
    [2_999_990, 10],
    [1_000_000, 1_500_000],
  ])('is read in part: from %i, %i bytes', async (offset, length) => {
    const content = await contentOver(contentHandlers(blobs));
    const chunks: Uint8Array[] = [];
    for await (const chunk of content.fetch(blob, { range: { offset, length } })) {
      chunks.push(chunk);
    }
    expect(Buffer.concat(chunks).equals(bytes.subarray(offset, offset + length))).toBe(true);
  });

  it('is told from what is absent, whatever else the builder lists', async () => {
    const filters: string[][] = [];
    const handlers = contentHandlers(new Map([...blobs, ['sha256:other', bytes]]));
    const content = await contentOver({
      ...handlers,
      contentList(request, call) {
        filters.push(ListContentRequest.decode(request).filters);
        return handlers.contentList?.(request, call) as AsyncGenerator<Buffer>;
      },
    });
    const absent = describeBytes(randomBytes(10)).digest;
    expect(await content.held([blob.digest, absent])).toEqual(new Set([blob.digest]));
    expect(filters).toEqual([[`digest=="${blob.digest}"`, `digest=="${absent}"`]]);
    expect(await content.held([])).toEqual(new Set());
    expect(filters).toHaveLength(1);
  });

  it('is DIGEST_MISMATCH where the wire brings other bytes', async () => {
    const wrong = new Map([[blob.digest as string, randomBytes(3_000_000)]]);
    const content = await contentOver(contentHandlers(wrong));
    await expect(readBlob(content, blob)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  });

  it.each(['exists', 'fetch', 'held'] as const)(
    'is UNSUPPORTED for %s where the daemon has no content service, and names the builder',
    async (method) => {
      const content = await contentOver({});
      const asked =
        method === 'fetch'
          ? readBlob(content, blob)
          : method === 'held'
            ? content.held([blob.digest])
            : content.exists(blob);
      await expect(asked).rejects.toMatchObject({
        code: 'UNSUPPORTED',
        message: expect.stringMatching(/builder tcp:\/\/127/),
      });
    },
  );

  it.each(['exists', 'fetch', 'held'] as const)(
    'is CANCELLED for %s when the signal fires while the builder hangs',
    async (method) => {
      const hang = () => new Promise<never>(() => {});
      async function* hanging(): AsyncGenerator<Buffer> {
        yield await hang();
      }
      const content = await contentOver({
        contentInfo: hang,
        contentRead: hanging,
        contentList: hanging,
      });
      const signal = AbortSignal.timeout(50);
      const asked =
        method === 'fetch'
          ? readBlob(content, blob, { signal })
          : method === 'held'
            ? content.held([blob.digest], { signal })
            : content.exists(blob, { signal });
      await expect(asked).rejects.toMatchObject({ code: 'TIMEOUT' });
    },
  );

  it('is TIMEOUT when the builder falls silent, however slowly it is read', async () => {
    const fake = await startFakeBuildkit(contentHandlers(blobs));
    onTestFinished(() => fake[Symbol.asyncDispose]());
    const target = { host: '127.0.0.1', port: Number(new URL(fake.address).port) };
    await using proxy = await startFaultProxy({ target });
    const { content } = builderAt(proxy.address, { silenceMs: 500 });
    let slowReads = 2;
    for await (const _ of content.fetch(blob)) {
      if (slowReads-- > 0) await new Promise((read) => setTimeout(read, 700));
    }
    proxy.downstream = { blackHole: true };
    await expect(readBlob(content, blob)).rejects.toMatchObject({ code: 'TIMEOUT' });
    await expect(content.exists(blob)).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  it('is UNAVAILABLE when the builder dies, and there again when the builder is', async () => {
    const fake = await startFakeBuildkit(contentHandlers(blobs));
    onTestFinished(() => fake[Symbol.asyncDispose]());
    const target = { host: '127.0.0.1', port: Number(new URL(fake.address).port) };
    await using proxy = await startFaultProxy({ target, downstream: { cutAfterBytes: 500_000 } });
    const { content } = builderAt(proxy.address);
    await expect(readBlob(content, blob)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    proxy.downstream = {};
    expect((await readBlob(content, blob)).equals(bytes)).toBe(true);
  });
});

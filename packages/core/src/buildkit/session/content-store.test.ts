import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ContentStore } from '../../content/content.js';
import { describeBytes } from '../../content/testing/memory-source.js';
import { verified } from '../../content/verified.js';
import {
  AbortRequest,
  InfoRequest,
  StatusRequest,
  WriteAction,
  WriteContentRequest,
  WriteContentResponse,
} from '../../gen/content.js';
import type { Descriptor } from '../../oci/descriptor.js';
import { digestOf } from '../../oci/digest.js';
import { contentStore } from './content-store.js';
import { startTestSession } from './session.testing.js';

const service = '/containerd.services.content.v1.Content';
const toExport = { 'buildkit-attachable-store-id': ['export'] };

/** A store that keeps what it is given, like every store only when it is right. */
function memoryStore() {
  const blobs = new Map<string, Buffer>();
  const store: ContentStore = {
    async push(descriptor, content) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of verified(descriptor, content)) chunks.push(chunk);
      blobs.set(descriptor.digest, Buffer.concat(chunks));
    },
  };
  return { store, blobs };
}

/** A session with such a store, written to as BuildKit's exporter writes. */
async function exporting(wanted: (descriptor: Descriptor) => boolean = () => true) {
  const { store, blobs } = memoryStore();
  const { caller } = await startTestSession([contentStore(store, wanted)]);
  /** Sends each request when the last one has been answered; ends with the answers or the status. */
  const write = async (requests: Partial<WriteContentRequest>[], metadata: object = toExport) => {
    const call = caller.bidi(`${service}/Write`, { ...metadata });
    const answers: WriteContentResponse[] = [];
    const left = requests.map((request) => WriteContentRequest.encode({ ...empty, ...request }));
    const next = () => {
      const request = left.shift();
      if (request) call.write(withData(request.finish(), requests[answers.length]));
      else call.end();
    };
    next();
    for await (const answer of call as AsyncIterable<Buffer>) {
      answers.push(WriteContentResponse.decode(answer));
      next();
    }
    return answers;
  };
  return { caller, write, blobs };
}

type Request = Partial<WriteContentRequest> & { data?: Uint8Array };
const empty = { action: WriteAction.STAT, ref: 'ref', total: 0, expected: '', offset: 0 };

/** The generated message leaves field 6 out, which is read without it. */
function withData(head: Uint8Array, { data }: Request = {}): Buffer {
  if (!data) return Buffer.from(head);
  const length: number[] = [];
  let rest = data.length;
  for (; rest > 0x7f; rest >>>= 7) length.push((rest & 0x7f) | 0x80);
  return Buffer.concat([head, Buffer.from([0x32, ...length, rest]), data]);
}

function flow(bytes: Uint8Array, cutAt: number, descriptor = describeBytes(bytes)): Request[] {
  const blob = { total: descriptor.size, expected: descriptor.digest };
  const { STAT, WRITE, COMMIT } = WriteAction;
  return [
    { ...blob, action: STAT },
    { ...blob, action: WRITE, offset: 0, data: bytes.subarray(0, cutAt) },
    { ...blob, action: WRITE, offset: cutAt, data: bytes.subarray(cutAt) },
    { ...blob, action: COMMIT, offset: bytes.length },
  ];
}

const bytes = randomBytes(300_000);
const { digest } = describeBytes(bytes);

describe('a blob that the builder sends', () => {
  it('is kept, and each piece is acknowledged with the offset so far', async () => {
    const { write, blobs } = await exporting();
    const answers = await write(flow(bytes, 200_000));
    expect(answers.map(({ action, offset }) => [action, offset])).toEqual([
      [WriteAction.STAT, 0],
      [WriteAction.WRITE, 200_000],
      [WriteAction.WRITE, 300_000],
      [WriteAction.COMMIT, 300_000],
    ]);
    expect(answers.at(-1)).toMatchObject({ digest });
    expect(blobs.get(digest)?.equals(bytes)).toBe(true);
  });

  it('may come with its commit in one message', async () => {
    const { write, blobs } = await exporting();
    const [stat = {}] = flow(bytes, 0);
    await write([stat, { ...stat, action: WriteAction.COMMIT, data: bytes } as Request]);
    expect(blobs.get(digest)?.equals(bytes)).toBe(true);
  });

  it('may be empty', async () => {
    const { write, blobs } = await exporting();
    await write(flow(Buffer.alloc(0), 0));
    expect([...blobs.keys()]).toEqual([digestOf('')]);
  });

  it('is answered with ALREADY_EXISTS when it is not wanted, and not kept', async () => {
    const offered: Descriptor[] = [];
    const { write, blobs } = await exporting((descriptor) => offered.push(descriptor) < 0);
    await expect(write(flow(bytes, 1))).rejects.toMatchObject({ code: 6 });
    expect(offered).toMatchObject([{ digest, size: 300_000 }]);
    expect(blobs.size).toBe(0);
  });

  it.each<[rule: string, requests: Request[], code: number]>([
    ['other bytes than announced', flow(bytes, 9, describeBytes(randomBytes(300_000))), 9],
    ['too few bytes', flow(bytes, 9).toSpliced(2, 1), 9],
    ['too many bytes', flow(bytes, 9, { ...describeBytes(bytes), size: 299_999 }), 9],
    ['a piece at the wrong offset', flow(bytes, 9).toSpliced(1, 1), 3],
    ['a digest that is none', [{ expected: 'sha256:short', total: 1 }], 3],
    ['an end before the commit', flow(bytes, 9).slice(0, 2), 10],
  ])('is refused and not kept: %s', async (_rule, requests, code) => {
    const { write, blobs } = await exporting();
    await expect(write(requests)).rejects.toMatchObject({ code });
    expect(blobs.size).toBe(0);
  });

  it.each([
    ['another store', { 'buildkit-attachable-store-id': ['import'] }],
    ['no store', {}],
  ])('for %s is NOT_FOUND', async (_rule, metadata) => {
    const { write } = await exporting();
    await expect(write(flow(bytes, 9), metadata)).rejects.toMatchObject({ code: 5 });
  });
});

describe('asked for what it holds, the store', () => {
  it.each([
    ['has no blob to read', 'Info', InfoRequest.encode({ digest }), 5],
    ['has no upload to go on with', 'Status', StatusRequest.encode({ ref: 'ref' }), 5],
  ])('%s', async (_rule, method, request, code) => {
    const { caller } = await exporting();
    const asked = caller.unary(`${service}/${method}`, request.finish(), toExport);
    await expect(asked).rejects.toMatchObject({ code });
  });

  it('lets uploads be aborted, which leave nothing behind anyway', async () => {
    const { caller } = await exporting();
    const request = AbortRequest.encode({ ref: 'ref' }).finish();
    expect(await caller.unary(`${service}/Abort`, request, toExport)).toHaveLength(0);
  });
});

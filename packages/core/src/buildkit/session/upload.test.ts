import { describe, expect, it } from 'vitest';
import { bytesField } from '../grpc/wire-fields.js';
import { startTestSession } from './session.testing.js';
import { uploads, uploadUrl } from './upload.js';

const pull = '/moby.upload.v1.Upload/Pull';

describe('uploads', () => {
  it('are streamed in messages of at most 1 MiB to who names their path', async () => {
    const bytes = Buffer.alloc(2_500_000, 'bytes');
    const stream = async function* () {
      yield bytes;
    };
    const { caller } = await startTestSession([uploads(new Map([['abc', stream]]))]);
    const path = new URL(uploadUrl('abc')).pathname;
    const parts: Buffer[] = [];
    for await (const message of caller.bidi(pull, { urlpath: [path] })) {
      parts.push(bytesField(message as Buffer, 1));
    }
    expect(Math.max(...parts.map(({ length }) => length))).toBe(1024 * 1024);
    expect(Buffer.concat(parts).equals(bytes)).toBe(true);
  });

  it('of another id are NOT_FOUND', async () => {
    const { caller } = await startTestSession([uploads(new Map())]);
    const pulling = (async () => {
      for await (const _ of caller.bidi(pull, { urlpath: ['/abc'] }));
    })();
    await expect(pulling).rejects.toMatchObject({ code: 5 });
  });
});

import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { WarmdockError } from '../../errors.js';
import { startTestSession } from '../session/session.testing.js';
import { unary } from '../session/unary.js';
import type { Method, ServerCall } from './server.js';
import { GrpcStatusError } from './status.js';

const path = '/test.Service/Method';
const nothing = new Uint8Array();

/** A method of ours inside a session, and grpc-js to call it through the tunnel. */
async function serving(method: Method) {
  return (await startTestSession([{ methods: { [path]: method } }])).caller;
}

const echo: Method = async (call) => {
  for await (const batch of call.batches) if (batch.length > 0) await call.write(batch);
};

async function readAll({ batches }: ServerCall): Promise<void> {
  for await (const _ of batches);
}

describe('a served method', () => {
  it('gets repeated metadata value by value, commas and all', async () => {
    const seen: unknown[] = [];
    const caller = await serving(async (call) => {
      seen.push(call.metadata.get('include-patterns'));
      call.write([nothing]);
    });
    const patterns = ['a, b', 'c,d', 'e'];
    await caller.unary(path, nothing, { 'include-patterns': patterns });
    expect(seen).toEqual([patterns]);
  });

  it.each([0, 1, 65_536, 5_000_000])('gets and answers %i bytes', async (size) => {
    const bytes = Buffer.alloc(size, 'abc');
    const caller = await serving(async (call) => {
      for await (const [message] of call.batches) {
        if (message) return void (await call.write([message]));
      }
    });
    expect((await caller.unary(path, bytes)).equals(bytes)).toBe(true);
  });

  it('gets and answers streams of messages in order', async () => {
    const call = (await serving(echo)).bidi(path);
    const sent = Array.from({ length: 300 }, (_, index) => `${index}`);
    for (const text of sent) call.write(Buffer.from(text));
    call.end();
    const echoed: string[] = [];
    for await (const bytes of call) echoed.push(String(bytes));
    expect(echoed).toEqual(sent);
  });

  it('is held back while the caller does not read, and goes on when it does', async () => {
    const chunk = Buffer.alloc(100_000);
    const total = 60;
    let written = 0;
    const caller = await serving(async (call) => {
      for (; written < total; written++) await call.write([chunk]);
    });
    const call = caller.bidi(path);
    call.end();
    await once(call, 'readable');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(written).toBeLessThan(total / 2);
    let received = 0;
    for await (const bytes of call) received += bytes.length;
    expect(received).toBe(total * chunk.length);
  });

  it('hears that its caller has gone', async () => {
    let begun = (_: ServerCall) => {};
    const running = new Promise<ServerCall>((resolve) => {
      begun = resolve;
    });
    const caller = await serving(async (call) => {
      begun(call);
      await once(call.signal, 'abort');
    });
    const call = caller.bidi(path);
    call.on('error', () => {});
    const { signal, write } = await running;
    call.cancel();
    if (!signal.aborted) await once(signal, 'abort');
    expect(write([nothing])).toBeUndefined();
  });

  it('stops reading with an error when its caller goes away', async () => {
    let ended = (_: string) => {};
    const ending = new Promise<string>((resolve) => {
      ended = resolve;
    });
    const caller = await serving(async (call) => {
      call.write([nothing]);
      await readAll(call).then(
        () => ended('in order'),
        () => ended('broken'),
      );
    });
    const call = caller.bidi(path);
    call.on('error', () => {});
    await once(call, 'data');
    call.cancel();
    expect(await ending).toBe('broken');
  });
});

describe('the status of a call', () => {
  it.each<[string, unknown, object]>([
    ['a status', new GrpcStatusError(5, 'no such thing'), { code: 5, details: 'no such thing' }],
    ['our NOT_FOUND', new WarmdockError('NOT_FOUND', 'no file'), { code: 5, details: 'no file' }],
    [
      'our error with its hint',
      new WarmdockError('INVALID_ARGUMENT', 'bad', { hint: 'do better' }),
      { code: 3, details: 'bad (do better)' },
    ],
    ['our UNAVAILABLE, never as such', new WarmdockError('UNAVAILABLE', 'away'), { code: 2 }],
    ['a foreign error', new Error('oops'), { code: 2, details: 'oops' }],
    ['text of any alphabet', new Error('100% füße 日本\n/?#'), { details: '100% füße 日本\n/?#' }],
    ['broken text', new Error('half \ud83d'), { code: 2, details: 'half \ufffd' }],
  ])('is that of %s that the method throws', async (_rule, thrown, expected) => {
    const caller = await serving(() => Promise.reject(thrown));
    await expect(caller.unary(path, nothing)).rejects.toMatchObject(expected);
  });

  it('comes after the messages that were sent before', async () => {
    const caller = await serving(async (call) => {
      call.write([Buffer.from('half')]);
      throw new GrpcStatusError(10, 'no more');
    });
    const call = caller.bidi(path);
    const texts: string[] = [];
    call.on('data', (bytes) => texts.push(String(bytes)));
    const [error] = await once(call, 'error');
    expect([texts, error.code]).toEqual([['half'], 10]);
  });

  it('of a unary method that is called without a request is INVALID_ARGUMENT', async () => {
    const codec = { encode: () => ({ finish: () => nothing }), decode: () => ({}) };
    const caller = await serving(unary(codec, codec, async () => ({})));
    const call = caller.bidi(path);
    call.resume().end();
    const [error] = await once(call, 'error');
    expect(error.code).toBe(3);
  });
});

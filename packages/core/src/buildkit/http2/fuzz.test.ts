import { describe, expect, it } from 'vitest';
import {
  number32,
  preface,
  rawFrame,
  readAll,
  requestBlock,
  responseBlock,
  setting,
  settled,
  startConnection,
} from './raw-peer.testing.js';

/** Numbers below a bound, always the same (xorshift32). */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761 + 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const request = [':method', 'POST', ':scheme', 'http', ':path', '/'];

/** Bytes that a peer may rightly send, most of them. */
function conversation(role: 'client' | 'server', next: (below: number) => number): Buffer {
  const block = role === 'server' ? requestBlock : responseBlock;
  const someId = () => 1 + 2 * next(4);
  const frames: (() => Buffer)[] = [
    () => rawFrame(1, 4 | next(2), someId(), block),
    () => rawFrame(1, 0, someId(), block),
    () => rawFrame(9, 4 * next(2), someId(), [0x88]),
    () => rawFrame(1, 0x2c, someId(), [2, 0, 0, 0, 0, 0, ...block, 0, 0]),
    () => rawFrame(0, next(2), someId(), Buffer.alloc(next(3_000), 1)),
    () => rawFrame(0, 8, someId(), [next(4), 1, 2, 3, 4]),
    () => rawFrame(3, 0, someId(), number32(next(14))),
    () => rawFrame(4, 0, 0, setting(1 + next(7), next(70_000))),
    () => rawFrame(6, next(2), 0, Buffer.alloc(8)),
    () => rawFrame(7, 0, 0, [...number32(next(9)), ...number32(next(14)), ...Buffer.from('why')]),
    () => rawFrame(8, 0, next(2) * someId(), number32(next(100_000))),
    () => rawFrame(next(256), next(256), next(8), Buffer.alloc(next(20), next(256))),
  ];
  const some = Array.from({ length: 1 + next(30) }, () => frames[next(frames.length)]?.());
  const greeting = role === 'server' ? [preface] : [];
  return Buffer.concat([...greeting, rawFrame(4, 0, 0), ...some.map((frame) => frame ?? preface)]);
}

/** The same with some bytes changed, doubled or lost. */
function mutated(bytes: Buffer, next: (below: number) => number): Buffer {
  let result = Buffer.from(bytes);
  for (let changes = next(4); changes > 0; changes--) {
    const at = next(result.length);
    const kind = next(3);
    if (kind === 0) result[at] = next(256);
    else if (kind === 1) result = Buffer.concat([result.subarray(0, at), result.subarray(at + 1)]);
    else result = Buffer.concat([result.subarray(0, at), result.subarray(at - next(at + 1))]);
  }
  return result;
}

/** Holds a conversation with one of our connections in which everything is used; gives back how it ended. */
async function talk(role: 'client' | 'server', bytes: Buffer, next: (below: number) => number) {
  const reading: Promise<unknown>[] = [];
  const noted = (error: unknown) => expect(error).toBeInstanceOf(Error);
  const { connection, peer, ended, streams } = startConnection(role, {
    onStream: (stream) => {
      streams.push(stream);
      stream.respond([':status', '200']);
      reading.push(readAll(stream).then(() => stream.end(['a', 'b']), noted));
      void stream.write([Buffer.alloc(100_000)]);
    },
  });
  for (let count = role === 'client' ? 4 : 0; count > 0; count--) {
    const stream = connection.request(request);
    void stream.write([Buffer.alloc(30_000)]);
    stream.end();
    reading.push(readAll(stream).catch(noted));
  }
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + next(bytes.length);
    peer.send(bytes.subarray(at, at + size));
    at += size;
  }
  await settled();
  peer.byteStream.end();
  await Promise.all(reading);
  return ended;
}

describe.each(['client', 'server'] as const)('whatever a peer of our %s sends', (role) => {
  it('as frames in disorder, the connection ends with an error', async () => {
    for (let seed = 1; seed <= 300; seed++) {
      const next = randomNumbers(seed);
      const bytes = mutated(conversation(role, next), next);
      expect(await talk(role, bytes, next)).toBeInstanceOf(Error);
    }
  });

  it('as noise, the connection ends with an error', async () => {
    for (let seed = 1; seed <= 100; seed++) {
      const next = randomNumbers(seed);
      const noise = Buffer.from(Array.from({ length: 500 }, () => next(256)));
      const start = role === 'server' ? [preface, rawFrame(4, 0, 0)] : [rawFrame(4, 0, 0)];
      const bytes = seed % 2 ? noise : Buffer.concat([...start, noise]);
      expect(await talk(role, bytes, next)).toBeInstanceOf(Error);
    }
  });

  it('as header blocks, they are taken or refused', async () => {
    for (let seed = 1; seed <= 300; seed++) {
      const next = randomNumbers(seed);
      const block = Buffer.from(Array.from({ length: 1 + next(60) }, () => next(256)));
      const start = role === 'server' ? [preface, rawFrame(4, 0, 0)] : [rawFrame(4, 0, 0)];
      const bytes = Buffer.concat([...start, rawFrame(1, 4, 1, block)]);
      expect(await talk(role, bytes, next)).toBeInstanceOf(Error);
    }
  });
});

import { describe, expect, it } from 'vitest';
import { Http2Code } from '../http2/frames/faults.js';
import {
  number32,
  rawFrame,
  readAll,
  responseBlock,
  settled,
  startGreeted,
  type TestConnection,
} from '../http2/raw-peer.testing.js';
import { RepeatableStream } from './repeatable-stream.js';

const request = [':method', 'POST', ':scheme', 'http', ':path', '/'];
const [DATA, HEADERS, RST_STREAM, GOAWAY] = [0, 1, 3, 7];
const { REFUSED_STREAM, CANCEL } = Http2Code;

const refusal = (streamId = 1) => rawFrame(RST_STREAM, 0, streamId, number32(REFUSED_STREAM));
const answer = [
  rawFrame(HEADERS, 4, 1, responseBlock),
  rawFrame(DATA, 1, 1, Buffer.from('the answer')),
];

/** A request to one peer that goes to another when the first does nothing with it. */
function between(first: TestConnection, second: TestConnection, until?: Promise<void>) {
  return new RepeatableStream(first.connection.request(request), async () => {
    await until;
    return second.connection.request(request);
  });
}

const twoPeers = () => [startGreeted('client'), startGreeted('client')] as const;

/** What a peer got as the body of its first stream, once that has ended. */
async function bodyAt({ peer }: TestConnection): Promise<string> {
  const ended = () => peer.frames.some(({ type, flags }) => type === DATA && flags === 1);
  await expect.poll(ended).toBe(true);
  const pieces = peer.frames.filter(({ type }) => type === DATA).map(({ payload }) => payload);
  return String(Buffer.concat(pieces));
}

describe('a request that the peer did nothing with', () => {
  it.each<[string, Buffer]>([
    ['it refuses the stream', refusal()],
    ['it goes away', rawFrame(GOAWAY, 0, 0, [...number32(0), ...number32(0)])],
  ])('since %s is sent anew with its body', async (_why, frame) => {
    const [first, second] = twoPeers();
    const stream = between(first, second);
    stream.write([Buffer.from('one '), Buffer.from('two ')]);
    stream.write([Buffer.from('three')]);
    stream.end();
    await bodyAt(first);
    first.peer.send(frame);
    expect(await bodyAt(second)).toBe('one two three');
    second.peer.send(...answer);
    expect(String(await readAll(stream))).toBe('the answer');
    expect(stream.headers).toEqual([':status', '200']);
    expect(stream.closed).toBe(true);
  });

  it('may be written meanwhile, and read', async () => {
    const [first, second] = twoPeers();
    let go = () => {};
    const ready = new Promise<void>((resolve) => {
      go = resolve;
    });
    const stream = between(first, second, ready);
    const reading = readAll(stream);
    stream.write([Buffer.from('early ')]);
    await first.peer.next(DATA);
    first.peer.send(refusal());
    await settled();
    const room = stream.write([Buffer.from('late')]);
    stream.end();
    expect(stream.closed).toBe(false);
    go();
    await room;
    expect(await bodyAt(second)).toBe('early late');
    second.peer.send(...answer);
    expect(String(await reading)).toBe('the answer');
  });

  it('is not sent again when it was abandoned meanwhile; listeners hear of the end once', async () => {
    const [first, second] = twoPeers();
    const stream = between(first, second, settled());
    const heard: string[] = [];
    stream.whenClosed(() => heard.push('closed'));
    await first.peer.next(HEADERS);
    first.peer.send(refusal());
    stream.reset(CANCEL);
    await expect(readAll(stream)).rejects.toThrow();
    await settled();
    expect(second.peer.frames.filter(({ type }) => type === DATA)).toEqual([]);
    expect([heard, stream.closed]).toEqual([['closed'], true]);
  });

  it('fails when there is nowhere to send it', async () => {
    const [first] = twoPeers();
    const stream = new RepeatableStream(first.connection.request(request), async () => {
      throw new Error('nobody is there');
    });
    await first.peer.next(HEADERS);
    first.peer.send(refusal());
    await expect(readAll(stream)).rejects.toThrow('nobody is there');
    expect(stream.closed).toBe(true);
  });

  it('fails when that goes on and on', async () => {
    const only = startGreeted('client');
    const stream = between(only, only);
    const reading = readAll(stream);
    for (let sent = 0; sent < 6; sent++)
      only.peer.send(refusal((await only.peer.next(HEADERS)).streamId));
    await expect(reading).rejects.toThrow('REFUSED_STREAM');
  });

  it('fails when more than 1 MiB of it was sent', async () => {
    const [first, second] = twoPeers();
    const stream = between(first, second);
    stream.write([Buffer.alloc(1024 * 1024 + 1)]);
    first.peer.send(refusal());
    await expect(readAll(stream)).rejects.toThrow('REFUSED_STREAM');
  });
});

it('a request that was answered, or reset in another way, is not sent again', async () => {
  const [first, second] = twoPeers();
  const [answered, reset] = [between(first, second), between(first, second)];
  first.peer.send(rawFrame(HEADERS, 4, 1, responseBlock), refusal());
  first.peer.send(rawFrame(RST_STREAM, 0, 3, number32(Http2Code.INTERNAL_ERROR)));
  await expect(readAll(answered)).rejects.toThrow('REFUSED_STREAM');
  await expect(readAll(reset)).rejects.toThrow('INTERNAL_ERROR');
  await settled();
  expect(second.peer.frames.filter(({ type }) => type === HEADERS)).toEqual([]);
});

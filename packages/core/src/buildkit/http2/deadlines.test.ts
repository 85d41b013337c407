import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Http2Code } from './frames/faults.js';
import { Keepalive, type KeepaliveOptions } from './keepalive.js';
import {
  rawFrame,
  readAll,
  responseBlock,
  setting,
  startConnection,
  startGreeted,
  type TestConnection,
} from './raw-peer.testing.js';

const request = [':method', 'POST', ':scheme', 'http', ':path', '/'];
const [HEADERS, SETTINGS, PING, GOAWAY, ACK] = [1, 4, 6, 7, 1];
const answer = (flags = 0x4) => rawFrame(HEADERS, flags, 1, responseBlock);

describe.each(['client', 'server'] as const)('as a %s, a peer has to', (role) => {
  it('acknowledge our settings in time', async () => {
    const started = startGreeted(role, { settingsMs: 50 });
    const late = startGreeted(role, { settingsMs: 50 });
    started.peer.send(rawFrame(SETTINGS, ACK, 0));
    expect(await late.ended).toMatchObject({
      name: 'ConnectionFault',
      http2Code: Http2Code.SETTINGS_TIMEOUT,
      message: 'the peer did not acknowledge our settings in time',
    });
    const goaway = await late.peer.next(GOAWAY);
    expect(goaway.payload.readUInt32BE(4)).toBe(Http2Code.SETTINGS_TIMEOUT);
    // Its time ended before.
    await lives(started);
  });

  it('say something at all', async () => {
    const { ended } = startConnection(role, { settingsMs: 50 });
    expect((await ended).message).toBe('the peer did not answer in time');
  });
});

async function lives({ peer }: TestConnection): Promise<void> {
  peer.send(rawFrame(PING, 0, 0, Buffer.from('are you?')));
  expect(String((await peer.next(PING)).payload)).toBe('are you?');
}

describe('requests that wait for room at the peer', () => {
  const oneAtOnce = setting(3, 1);

  it('fail when none of those before them ends in time; these go on', async () => {
    const { connection, peer } = startGreeted('client', { freeStreamMs: 50 }, oneAtOnce);
    const opened = connection.request(request);
    await peer.next(HEADERS);
    const waiting = [connection.request(request), connection.request(request)];
    for (const stream of waiting)
      await expect(readAll(stream)).rejects.toMatchObject({
        name: 'StreamLimit',
        message: 'it takes 1 requests at once, and none of them has ended for 0.05 s',
      });
    peer.send(answer(), rawFrame(0, 1, 1, Buffer.from('answer')));
    expect(String(await readAll(opened))).toBe('answer');
    opened.end();
  });

  it('are sent when there is room, also after others have failed', async () => {
    const { connection, peer } = startGreeted('client', { freeStreamMs: 50 }, oneAtOnce);
    const first = connection.request(request);
    await peer.next(HEADERS);
    await expect(readAll(connection.request(request))).rejects.toThrow('at once');
    const last = connection.request(request);
    first.reset(8);
    expect((await peer.next(HEADERS)).streamId).toBe(3);
    expect(last.closed).toBe(false);
  });

  it('do not outlive the connection', async () => {
    const { connection, peer } = startGreeted('client', {}, setting(3, 0));
    const stream = connection.request(request);
    peer.byteStream.end();
    await expect(readAll(stream)).rejects.toThrow('the peer closed the connection');
  });
});

describe('a peer that is silent while a request is open', () => {
  const patient = { afterMs: 30, answerMs: 60_000, quietMs: 1_000_000 };
  const impatient = { ...patient, answerMs: 60 };

  async function asking(keepalive: KeepaliveOptions) {
    const started = startGreeted('client', { keepalive });
    started.connection.request(request);
    await started.peer.next(HEADERS);
    return started;
  }

  it('is asked by a PING, and gone when it does not answer', async () => {
    const { peer, ended, ours } = await asking(impatient);
    await peer.next(PING);
    expect(await ended).toMatchObject({
      name: 'Silence',
      message: expect.stringMatching(
        /^nothing was heard for 0\.\d s, not even the answer to a PING$/,
      ),
    });
    await expect.poll(() => ours.destroyed).toBe(true);
  });

  it('lives when it answers; it is asked again when it has sent something, or much later', async () => {
    const [quiet, busy] = [await asking(patient), await asking(patient)];
    const acknowledge = async ({ peer }: TestConnection) => {
      const { payload } = await peer.next(PING);
      peer.send(rawFrame(PING, ACK, 0, payload));
    };
    await acknowledge(quiet);
    await acknowledge(busy);
    busy.peer.send(answer());
    expect((await busy.peer.next(PING)).flags).toBe(0);
    // Its time to be asked came before.
    expect(quiet.peer.frames.filter(({ type }) => type === PING)).toEqual([]);
    await lives(quiet);
  });

  it('has more time for its answer while it takes bytes', () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const said: string[] = [];
    const alive = new Keepalive(impatient, {
      isBusy: () => true,
      sendPing: () => said.push('ping'),
      onDead: (silentMs) => said.push(`dead after ${silentMs}`),
    });
    alive.begin();
    vi.advanceTimersByTime(30 + 59);
    alive.sent();
    vi.advanceTimersByTime(59);
    expect(said).toEqual(['ping']);
    vi.advanceTimersByTime(1);
    expect(said).toEqual(['ping', 'dead after 149']);
  });

  it('is let alone while no request is open', async () => {
    const idle = startGreeted('client', { keepalive: impatient });
    const over = await asking(patient);
    over.peer.send(rawFrame(3, 0, 1, [0, 0, 0, 8]));
    const { ended } = await asking(impatient);
    await ended;
    for (const { peer } of [idle, over])
      expect(peer.frames.filter(({ type }) => type === PING)).toEqual([]);
    await lives(over);
  });
});

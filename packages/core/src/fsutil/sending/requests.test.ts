import { expect, it } from 'vitest';
import type { Entry } from '../wire/entry.js';
import { encodeError, encodeFinish } from '../wire/wire.js';
import { Requests } from './requests.js';

const request = (id: number) => Uint8Array.from(id === 0 ? [0x08, 1] : [0x08, 1, 0x18, id]);
const file = (path: string, sizeBytes = 0) =>
  ({ path, mode: 0o644, sizeBytes, dev: 1n, ino: 2n }) as Entry;
const directory = { path: 'd', mode: 0x8000_01ed } as Entry;

function offering(...entries: Entry[]): Requests {
  const requests = new Requests('send');
  for (const entry of entries) requests.offer(entry);
  return requests;
}

it('ids count all entries, and requests are taken in their order', () => {
  const requests = offering(directory, file('a'), file('b'));
  for (const id of [2, 1]) requests.accept(request(id));
  expect([requests.take()?.file.path, requests.take()?.id, requests.take()]).toEqual([
    'b',
    1,
    undefined,
  ]);
  expect(requests.take()).toBeUndefined();
});

it.each<[what: string, packets: Uint8Array[], code: string]>([
  ['a directory', [request(0)], 'PROTOCOL'],
  ['an id which was not given', [request(9)], 'PROTOCOL'],
  ['a file for the second time', [request(1), request(1)], 'PROTOCOL'],
  ['to finish before all was offered', [encodeFinish()], 'PROTOCOL'],
  ['with what is no packet', [Uint8Array.from([0xff])], 'PROTOCOL'],
  ['with a packet of senders', [Uint8Array.from([0x08, 2])], 'PROTOCOL'],
  ['with an error', [encodeError('no space left')], 'BUILD_FAILED'],
])('refuses a receiver that comes for %s', (_what, packets, code) => {
  const requests = offering(directory, file('a'));
  const accept = () => {
    for (const packet of packets) requests.accept(packet);
  };
  expect(accept).toThrowError(expect.objectContaining({ code }));
});

it('refuses to finish while requests wait', () => {
  const requests = offering(file('a'));
  requests.endOffers();
  requests.accept(request(0));
  expect(() => requests.accept(encodeFinish())).toThrowError(
    expect.objectContaining({ code: 'PROTOCOL' }),
  );
  requests.take();
  requests.accept(encodeFinish());
  expect(requests.isClosed).toBe(true);
});

it('an arrival ends the wait, also one that came before it', async () => {
  const requests = offering(file('a'), file('b'));
  const waiting = requests.arrival();
  requests.accept(request(0));
  await waiting;
  await requests.arrival();
  requests.take();
  const closed = requests.arrival();
  requests.close();
  await closed;
});

it('adds up the sizes of what was asked for', () => {
  const requests = offering(file('a', 5), file('b', 7), file('c', 11));
  for (const id of [2, 0]) requests.accept(request(id));
  expect(requests.wantedBytes).toBe(16);
});

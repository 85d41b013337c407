import { describe, expect, it } from 'vitest';
import type { Entry } from './entry.js';
import {
  contentHeadBytes,
  decodePacket,
  encodeError,
  encodeFinish,
  PacketType,
  packetOverheadBytes,
  statContentBytes,
  writeContentHead,
  writeStat,
} from './wire.js';

const bare: Entry = {
  path: 'a',
  mode: 0,
  sizeBytes: 0,
  mtimeNs: 0n,
  linkname: '',
  deviceMajor: 0,
  deviceMinor: 0,
  attributes: [],
  dev: 0n,
  ino: 0n,
};

function statHex(entry: Partial<Entry>): string {
  const target = Buffer.alloc(1024);
  const end = writeStat(target, 3, { ...bare, ...entry });
  return target.toString('hex', 3, end);
}

describe('writeStat', () => {
  it.each<[rule: string, entry: Partial<Entry>, hex: string]>([
    ['leaves out fields of value zero', {}, '1203 0a0161'],
    ['mode, of 32 bits', { mode: 0x8000_01ed }, '1209 0a0161 10ed83808008'],
    ['size, beyond 32 bits', { sizeBytes: 2 ** 40 + 1 }, '120a 0a0161 28818080808020'],
    ['size, the largest', { sizeBytes: 2 ** 53 - 1 }, '120c 0a0161 28ffffffffffffff0f'],
    [
      'time, exact to the nanosecond',
      { mtimeNs: 1_700_000_000_123_456_789n },
      '120d 0a0161 30959a97ece39fe7cb17',
    ],
    [
      'time before 1970, in two complements',
      { mtimeNs: -1n },
      '120e 0a0161 30ffffffffffffffffff01',
    ],
    ['link', { linkname: '../b' }, '1209 0a0161 3a042e2e2f62'],
    ['device', { deviceMajor: 8, deviceMinor: 300 }, '1208 0a0161 4008 48ac02'],
    [
      'extended attributes',
      {
        attributes: [
          { name: 'user.b', value: Buffer.from('\0c') },
          { name: 'e', value: Buffer.alloc(0) },
        ],
      },
      '1218 0a0161 520c 0a06757365722e62 12020063 5205 0a0165 1200',
    ],
    ['bytes of a name as they are', { path: '\xe9\xff' }, '1204 0a02e9ff'],
  ])('%s', (_rule, entry, hex) => {
    expect(statHex(entry)).toBe(hex.replaceAll(' ', ''));
  });

  it.each([0, 100, 127, 128, 300, 20_000])(
    'says how much an attribute of %i bytes takes at most',
    (length) => {
      const attribute = { name: `user.${'ü'.repeat(100)}`, value: Buffer.alloc(length, 7) };
      const entry = { ...bare, linkname: 'l', attributes: [attribute, attribute] };
      const target = Buffer.alloc(statContentBytes(entry) + packetOverheadBytes);
      const end = writeStat(target, 0, entry);
      expect(end).toBeGreaterThan(2 * length);
      expect(decodePacket(target.subarray(0, end))?.stat?.length).toBeGreaterThan(2 * length);
    },
  );

  it.each([124, 125, 126, 200, 800])('writes the lengths of a path of %i bytes', (length) => {
    const packet = decodePacket(Buffer.from(statHex({ path: 'x'.repeat(length) }), 'hex'));
    const stat = Buffer.from(packet?.stat ?? []);
    expect(packet).toMatchObject({ type: PacketType.stat, id: 0 });
    expect(stat.subarray(-length).toString()).toBe('x'.repeat(length));
    expect(stat.length).toBe(length + (length < 128 ? 2 : 3));
  });
});

describe('the other packets', () => {
  it.each([
    [0, 0, '0802'],
    [0, 1, '0802 2201'],
    [300, 0, '0802 18ac02'],
    [127, 128, '0802 187f 228001'],
    [2 ** 31, 65536, '0802 188080808008 22808004'],
  ])('head of content of file %i with %i bytes', (id, contentBytes, hex) => {
    const target = Buffer.alloc(32);
    const end = writeContentHead(target, 1, id, contentBytes);
    expect(target.toString('hex', 1, end)).toBe(hex.replaceAll(' ', ''));
    expect(contentHeadBytes(id, contentBytes)).toBe(end - 1);
  });

  it('finish and error', () => {
    expect(encodeFinish().toString('hex')).toBe('0803');
    expect(encodeError('é').toString('hex')).toBe('08042202c3a9');
    expect(decodePacket(encodeError('x'.repeat(300)))?.bytes.length).toBe(300);
  });
});

describe('decodePacket', () => {
  it.each<[rule: string, hex: string, packet: object]>([
    ['no bytes at all are a STAT of nothing', '', { type: 0, id: 0, stat: undefined }],
    ['a request', '0801 18ac02', { type: 1, id: 300 }],
    ['the largest id', '0801 18ffffffff0f', { type: 1, id: 2 ** 32 - 1 }],
    ['fields in any order', '1805 0801', { type: 1, id: 5 }],
    ['unknown fields are passed over', '0801 2807 3a026162 1805', { type: 1, id: 5 }],
    [
      'a length written longer than needed',
      '0804 22818000 61',
      { type: 4, bytes: Buffer.from('a') },
    ],
  ])('%s', (_rule, hex, packet) => {
    expect(decodePacket(Buffer.from(hex.replaceAll(' ', ''), 'hex'))).toMatchObject(packet);
  });

  it.each(['08', '0801 18', '0801 1880', '0804 2205 61', '0804 22', '09 0000000000000000', '0b'])(
    '%s is no packet',
    (hex) => {
      expect(decodePacket(Buffer.from(hex.replaceAll(' ', ''), 'hex'))).toBeUndefined();
    },
  );
});

import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { duplexPair } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { sendTree } from '../sending/send.js';
import { directory, makeTree } from '../sending/tree.testing.js';
import { GoMode } from '../wire/entry.js';
import type { PacketStream } from '../wire/packet-stream.js';
import { writeStat } from '../wire/wire.js';
import { receiveTree } from './receive.js';

/** Two ends of a transfer. */
function streams(): [PacketStream, PacketStream] {
  const ends = duplexPair();
  const [a, b] = ends.map(
    (end): PacketStream => ({
      headBytes: 4,
      writeHead: (target, at, packetBytes) => void target.writeUInt32BE(packetBytes, at),
      write: (frames) => {
        end.write(frames);
        return undefined;
      },
      received: packetsOf(end),
    }),
  );
  return [a as PacketStream, b as PacketStream];
}

async function* packetsOf(end: AsyncIterable<Buffer>) {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of end) {
    rest = Buffer.concat([rest, chunk]);
    const packets: Buffer[] = [];
    while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE(0)) {
      const size = 4 + rest.readUInt32BE(0);
      packets.push(rest.subarray(4, size));
      rest = rest.subarray(size);
    }
    yield packets;
  }
}

async function transfer(from: string, to: string): Promise<void> {
  const [ours, theirs] = streams();
  await Promise.all([sendTree(theirs, from), receiveTree(ours, to)]);
}

const entry = (path: string, mode: number, linkname = '') => ({
  path,
  mode,
  linkname,
  sizeBytes: 0,
  mtimeNs: 0n,
  deviceMajor: 0,
  deviceMinor: 0,
  attributes: [],
  dev: 0n,
  ino: 0n,
});

/** What a hostile builder might send, one entry after the other. */
async function receiveFrom(
  to: string,
  stats: [path: string, mode: number, linkname?: string][],
): Promise<void> {
  const [ours, theirs] = streams();
  const receiving = receiveTree(ours, to);
  for (const stat of stats) {
    const packet = Buffer.alloc(1000);
    const end = writeStat(packet, 4, entry(...stat));
    theirs.writeHead(packet, 0, end - 4);
    theirs.write(packet.subarray(0, end));
  }
  await receiving;
}

describe('receiveTree', () => {
  it('makes the tree that is sent, with contents, permissions, times and links', async () => {
    const from = makeTree({
      'a/b/file': 'content',
      'a/empty': '',
      'a/link': { symlink: '../outside' },
      'a/same': { hardLink: 'a/b/file' },
      big: 'x'.repeat(3_000_000),
      'no files': directory,
      'ä ö': 'umlauts',
    });
    const to = join(makeTree({}), 'made/here');
    await transfer(from, to);
    expect(readFileSync(join(to, 'a/b/file'), 'utf8')).toBe('content');
    expect(readFileSync(join(to, 'big')).length).toBe(3_000_000);
    expect(readFileSync(join(to, 'ä ö'), 'utf8')).toBe('umlauts');
    expect(readlinkSync(join(to, 'a/link'))).toBe('../outside');
    expect(statSync(join(to, 'a/same')).ino).toBe(statSync(join(to, 'a/b/file')).ino);
    expect(readdirSync(join(to, 'no files'))).toEqual([]);
    expect(readdirSync(to).sort()).toEqual(['a', 'big', 'no files', 'ä ö'].sort());
    for (const path of ['a', 'a/b/file', 'a/empty', 'no files']) {
      const [sent, made] = [statSync(join(from, path)), statSync(join(to, path))];
      expect(made.mode).toBe(sent.mode);
      expect(Math.abs(made.mtimeMs - sent.mtimeMs)).toBeLessThan(1);
    }
  });

  it('asks for many files, a few at a time', async () => {
    const files = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`d/${at}`, `${at}`]));
    const to = makeTree({});
    await transfer(makeTree(files), to);
    expect(readdirSync(join(to, 'd'))).toHaveLength(500);
    expect(readFileSync(join(to, 'd/321'), 'utf8')).toBe('321');
  });

  it('replaces what has the same path, and leaves the rest', async () => {
    const to = makeTree({
      'a/old': 'old',
      'a/file': 'old',
      mine: 'mine',
      dir: { symlink: '/etc' },
    });
    await transfer(makeTree({ 'a/file': 'new', 'dir/x': 'x' }), to);
    expect(readFileSync(join(to, 'a/file'), 'utf8')).toBe('new');
    expect(readFileSync(join(to, 'a/old'), 'utf8')).toBe('old');
    expect(readFileSync(join(to, 'mine'), 'utf8')).toBe('mine');
    expect(lstatSync(join(to, 'dir')).isDirectory()).toBe(true);
  });

  it('does not put a file in the place of a directory', async () => {
    const to = makeTree({ 'a/file': 'x' });
    await expect(transfer(makeTree({ a: 'file' }), to)).rejects.toMatchObject({
      message: expect.stringContaining('/a'),
    });
    expect(readdirSync(to)).toEqual(['a']);
  });

  it('writes through no link, not of a file either', async () => {
    const outside = makeTree({ target: 'untouched' });
    const to = makeTree({});
    symlinkSync(join(outside, 'target'), join(to, 'file'));
    await transfer(makeTree({ file: 'new' }), to);
    expect(readFileSync(join(outside, 'target'), 'utf8')).toBe('untouched');
    expect(readFileSync(join(to, 'file'), 'utf8')).toBe('new');
  });

  const folder = GoMode.directory + 0o755;
  const file = 0o644;
  it.each<[string, [string, number, string?][]]>([
    ['an absolute path', [['/etc/passwd', file]]],
    ['a path that leads out', [['../x', file]]],
    [
      'a path that leads out later',
      [
        ['a', folder],
        ['a/../../x', file],
      ],
    ],
    ['the root itself', [['.', folder]]],
    [
      'an empty path',
      [
        ['a', folder],
        ['a//b', file],
      ],
    ],
    ['a path without its directory', [['a/b', file]]],
    [
      'a path below a file',
      [
        ['a', file],
        ['a/b', file],
      ],
    ],
    [
      'a path below a link',
      [
        ['a', GoMode.symlink + 0o777, '/etc'],
        ['a/b', file],
      ],
    ],
    [
      'two entries of one path',
      [
        ['a', file],
        ['a', file],
      ],
    ],
    [
      'entries out of order',
      [
        ['b', file],
        ['a', file],
      ],
    ],
    ['a hard link to the outside', [['a', file, '/etc/passwd']]],
    [
      'a hard link to a link',
      [
        ['a', GoMode.symlink + 0o777, '/etc/passwd'],
        ['b', file, 'a'],
      ],
    ],
  ])('refuses %s', async (_what, stats) => {
    const to = makeTree({});
    await expect(receiveFrom(to, stats)).rejects.toMatchObject({ code: 'PROTOCOL' });
    expect(existsSync(join(to, '../x'))).toBe(false);
  });

  it('refuses devices, and says how to get them', async () => {
    await expect(
      receiveFrom(makeTree({}), [['null', GoMode.device + 0o666]]),
    ).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      hint: expect.stringContaining('type=tar'),
    });
  });

  it('does not follow a directory that somebody replaces by a link while files come', async () => {
    const outside = makeTree({});
    const to = makeTree({});
    const [ours, theirs] = streams();
    const receiving = receiveTree(ours, to);
    const send = (packet: Buffer) => {
      const frame = Buffer.alloc(4 + packet.length);
      frame.writeUInt32BE(packet.length);
      frame.set(packet, 4);
      theirs.write(frame);
    };
    const stat = (...args: Parameters<typeof entry>) => {
      const packet = Buffer.alloc(1000);
      return packet.subarray(0, writeStat(packet, 0, entry(...args)));
    };
    send(stat('a', folder));
    await expect.poll(() => existsSync(join(to, 'a'))).toBe(true);
    mkdirSync(join(to, 'aside'));
    const { renameSync } = await import('node:fs');
    renameSync(join(to, 'a'), join(to, 'aside/a'));
    symlinkSync(outside, join(to, 'a'));
    send(stat('a/file', file));
    await expect(receiving).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    expect(readdirSync(outside)).toEqual([]);
  });

  it('leaves no half files when the sender goes away', async () => {
    const to = makeTree({});
    const [ours, theirs] = streams();
    const receiving = receiveTree(ours, to);
    const packet = Buffer.alloc(1000);
    const end = writeStat(packet, 4, entry('file', file));
    theirs.writeHead(packet, 0, end - 4);
    theirs.write(packet.subarray(0, end));
    await expect.poll(() => readdirSync(to)).toHaveLength(1);
    writeFileSync(join(to, 'other'), '');
    const content = Buffer.from([0, 0, 0, 5, 0x08, 2, 0x22, 1, 0x61]);
    theirs.write(content);
    theirs.write(Buffer.from([0, 0, 0, 5, 0x08, 4, 0x22, 1, 0x62]));
    await expect(receiving).rejects.toMatchObject({ code: 'BUILD_FAILED', message: /b/ });
    expect(readdirSync(to)).toEqual(['other']);
  });
});

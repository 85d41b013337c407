import { WarmdockError } from '../errors.js';

/** Headers and files are made up of blocks. */
export const blockBytes = 512;

/** What ends an archive. */
export const archiveEnd: Uint8Array = Buffer.alloc(2 * blockBytes);

/** What a header says of the entry behind it. */
export interface TarHeader {
  readonly name: string;
  /** POSIX's letter: `0` is a file, `x` a record about the next entry. */
  readonly type: string;
  readonly sizeBytes: number;
  /** Where a link leads; empty for all else. */
  readonly linkName: string;
}

/** Where the fields of a header are: POSIX.1, ustar. */
const fields = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  type: [156, 1],
  link: [157, 100],
  magic: [257, 8],
  prefix: [345, 155],
} as const satisfies Record<string, readonly [offset: number, length: number]>;

type Field = keyof typeof fields;

/**
 * What stands before a file that everybody may read; its time is the epoch, so that equal files have
 * equal archives.
 */
export function fileHeader(name: string, sizeBytes: number): Buffer {
  const header = headerOf('0', name, sizeBytes);
  return fits(name) ? header : Buffer.concat([nameRecord(name), header]);
}

function headerOf(type: string, name: string, sizeBytes: number): Buffer {
  const header = Buffer.alloc(blockBytes);
  const put = (field: Field, text: string) => {
    const [offset, length] = fields[field];
    header.write(text, offset, length);
  };
  put('name', name);
  put('mode', '0000644');
  put('uid', '0000000');
  put('gid', '0000000');
  put('mtime', '00000000000');
  put('type', type);
  put('magic', 'ustar\u000000');
  putSize(header, sizeBytes);
  put('checksum', `${octal(checksumOf(header), 6)}\0 `);
  return header;
}

function fits(name: string): boolean {
  return Buffer.byteLength(name) <= fields.name[1];
}

/** Tells the name of the next entry in pax's way: a line that begins with its own length. */
function nameRecord(name: string): Buffer {
  const line = ` path=${name}\n`;
  let length = Buffer.byteLength(line);
  while (length !== Buffer.byteLength(`${length}${line}`))
    length = Buffer.byteLength(`${length}${line}`);
  return Buffer.concat([
    headerOf('x', 'pax', length),
    Buffer.from(`${length}${line}`),
    paddingOf(length),
  ]);
}

/** Fills the last block of a file up. */
export function paddingOf(sizeBytes: number): Buffer {
  return Buffer.alloc(-sizeBytes & (blockBytes - 1));
}

/** Reads a block as a header; `undefined` for one of zeros, of which two end an archive. Throws `PROTOCOL`. */
export function parseHeader(block: Buffer): TarHeader | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  if (Number.parseInt(textOf(block, 'checksum'), 8) !== checksumOf(block))
    throw notTar('a header has a wrong checksum');
  // GNU's own format keeps other things in the place of the prefix.
  const prefix = textOf(block, 'magic') === 'ustar' ? textOf(block, 'prefix') : '';
  return {
    name: [prefix, textOf(block, 'name')].filter(Boolean).join('/'),
    type: textOf(block, 'type') || '0',
    sizeBytes: sizeOf(block),
    linkName: textOf(block, 'link'),
  };
}

export function notTar(why: string): WarmdockError {
  return new WarmdockError('PROTOCOL', `cannot read a tar archive: ${why}`);
}

/** A header holds the sum of its bytes, taken with spaces in the place of the sum. */
export function checksumOf(header: Uint8Array): number {
  const [offset, length] = fields.checksum;
  const isSum = (at: number) => at >= offset && at < offset + length;
  return header.reduce((sum, byte, at) => sum + (isSum(at) ? 0x20 : byte), 0);
}

/** Eleven octal digits, up to 8 GiB; beyond that GNU's binary form, which begins with this bit. */
const isBinary = 0x80;
const octalLimit = 8 ** 11;

function putSize(header: Buffer, sizeBytes: number): void {
  const [offset, length] = fields.size;
  if (sizeBytes < octalLimit) {
    header.write(octal(sizeBytes, length - 1), offset);
    return;
  }
  header.writeUInt8(isBinary, offset);
  header.writeBigUInt64BE(BigInt(sizeBytes), offset + length - 8);
}

function sizeOf(header: Buffer): number {
  const [offset, length] = fields.size;
  if ((header.readUInt8(offset) & isBinary) === 0) return sizeIn(textOf(header, 'size').trim(), 8);
  return checkedSize(Number(header.readBigUInt64BE(offset + length - 8)));
}

/** A size that digits of this base tell. Throws `PROTOCOL`. */
export function sizeIn(digits: string, base: 8 | 10): number {
  if (!/^\d*$/.test(digits)) throw notTar(`${JSON.stringify(digits)} is no size`);
  return checkedSize(Number.parseInt(digits || '0', base));
}

function checkedSize(sizeBytes: number): number {
  if (Number.isSafeInteger(sizeBytes)) return sizeBytes;
  throw notTar('an entry has no possible size');
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

/** Up to the first zero. */
function textOf(header: Buffer, field: Field): string {
  const [offset, length] = fields[field];
  return header.toString('utf8', offset, offset + length).split('\0', 1)[0] ?? '';
}

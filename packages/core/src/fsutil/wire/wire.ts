import type { BytePath } from '../paths/byte-path.js';
import type { Entry } from './entry.js';
import type { ExtendedAttribute } from './extended-attributes.js';

/**
 * The messages of the transfer: protobuf, `fsutil.types.Packet` and `Stat`, written and read by hand
 * since a context may have very many files. Fields of value zero are left out, as proto3 does.
 */
export const PacketType = { stat: 0, request: 1, content: 2, finish: 3, error: 4 } as const;

const tag = { type: 0x08, stat: 0x12, id: 0x18, bytes: 0x22 } as const;

const statTag = {
  path: 0x0a,
  mode: 0x10,
  size: 0x28,
  mtime: 0x30,
  linkname: 0x3a,
  deviceMajor: 0x40,
  deviceMinor: 0x48,
  /** A map of strings to bytes, which is a repeated message of a key (1) and a value (2). */
  attribute: 0x52,
} as const;

const attributeTag = { name: 0x0a, value: 0x12 } as const;

/** More than what a packet takes besides its strings and content. */
export const packetOverheadBytes = 80;

/** More than what an attribute takes besides its name and value. */
const attributeOverheadBytes = 20;

/** How many bytes an entry's STAT takes at most, besides `packetOverheadBytes`. */
export function statContentBytes({ path, linkname, attributes }: Entry): number {
  let bytes = path.length + linkname.length;
  for (const { name, value } of attributes)
    bytes += attributeOverheadBytes + 3 * name.length + value.length;
  return bytes;
}

/** Writes a STAT packet at `at` and returns the offset behind it; the caller sees to it that it fits. */
export function writeStat(target: Buffer, at: number, entry: Entry): number {
  const body = at + 2;
  let end = writeString(target, body, statTag.path, entry.path);
  end = writeInteger(target, end, statTag.mode, entry.mode);
  end = writeInteger(target, end, statTag.size, entry.sizeBytes);
  end = writeInt64(target, end, statTag.mtime, entry.mtimeNs);
  end = writeString(target, end, statTag.linkname, entry.linkname);
  end = writeInteger(target, end, statTag.deviceMajor, entry.deviceMajor);
  end = writeInteger(target, end, statTag.deviceMinor, entry.deviceMinor);
  for (const attribute of entry.attributes) end = writeAttribute(target, end, attribute);
  target[at] = tag.stat;
  return writeLengthBefore(target, body, end);
}

function writeAttribute(target: Buffer, at: number, { name, value }: ExtendedAttribute): number {
  const nameBytes = Buffer.from(name, 'utf8');
  const lengths = varintBytes(nameBytes.length) + varintBytes(value.length);
  target[at] = statTag.attribute;
  const start = writeVarint(target, at + 1, 2 + lengths + nameBytes.length + value.length, 0);
  return writeBytes(
    target,
    writeBytes(target, start, attributeTag.name, nameBytes),
    attributeTag.value,
    value,
  );
}

function writeBytes(target: Buffer, at: number, tag: number, value: Uint8Array): number {
  target[at] = tag;
  const start = writeVarint(target, at + 1, value.length, 0);
  target.set(value, start);
  return start + value.length;
}

/** Writes the length of `body..end` before it, where one byte is free; longer lengths move the body. */
function writeLengthBefore(target: Buffer, body: number, end: number): number {
  const length = end - body;
  const extra = varintBytes(length) - 1;
  if (extra > 0) target.copyWithin(body + extra, body, end);
  writeVarint(target, body - 1, length, 0);
  return end + extra;
}

/** Size of what writeContentHead writes. */
export function contentHeadBytes(id: number, contentBytes: number): number {
  const idBytes = id === 0 ? 0 : 1 + varintBytes(id);
  return 2 + idBytes + (contentBytes === 0 ? 0 : 1 + varintBytes(contentBytes));
}

/** Writes a DATA packet up to its content, which the caller places behind it; without content it ends the file. */
export function writeContentHead(
  target: Buffer,
  at: number,
  id: number,
  contentBytes: number,
): number {
  target[at] = tag.type;
  target[at + 1] = PacketType.content;
  const end = writeInteger(target, at + 2, tag.id, id);
  return writeInteger(target, end, tag.bytes, contentBytes);
}

/** The packet behind the last STAT: a STAT of nothing, which takes no bytes at all. */
export const endOfStats = new Uint8Array(0);

/** The packet that answers the receiver's FIN. */
export function encodeFinish(): Buffer {
  return Buffer.from([tag.type, PacketType.finish]);
}

/** The packet that ends the transfer on both sides, with a text for people. */
export function encodeError(message: string): Buffer {
  const text = Buffer.from(message, 'utf8');
  const packet = Buffer.alloc(packetOverheadBytes + text.length);
  packet.set([tag.type, PacketType.error]);
  const head = writeInteger(packet, 2, tag.bytes, text.length);
  text.copy(packet, head);
  return packet.subarray(0, head + text.length);
}

function writeString(target: Buffer, at: number, tag: number, value: BytePath): number {
  if (value === '') return at;
  target[at] = tag;
  const start = writeVarint(target, at + 1, value.length, 0);
  for (let i = 0; i < value.length; i++) target[start + i] = value.charCodeAt(i);
  return start + value.length;
}

function writeInteger(target: Buffer, at: number, tag: number, value: number): number {
  if (value === 0) return at;
  target[at] = tag;
  return writeVarint(target, at + 1, value >>> 0, Math.floor(value / 2 ** 32));
}

/** Where a big integer is taken apart: through memory this costs a fraction of its arithmetic. */
const scratch = new DataView(new ArrayBuffer(8));

/** A signed integer: negative ones take ten bytes, in two's complement. */
function writeInt64(target: Buffer, at: number, tag: number, value: bigint): number {
  if (value === 0n) return at;
  scratch.setBigInt64(0, value);
  target[at] = tag;
  return writeVarint(target, at + 1, scratch.getUint32(4), scratch.getUint32(0));
}

/** A 64-bit integer in halves, seven bits to a byte, lowest first. */
function writeVarint(target: Buffer, at: number, low: number, high: number): number {
  while (high > 0 || low > 0x7f) {
    target[at++] = (low & 0x7f) | 0x80;
    low = ((low >>> 7) | (high << 25)) >>> 0;
    high >>>= 7;
  }
  target[at] = low;
  return at + 1;
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (; value > 0x7f; value = Math.floor(value / 128)) bytes++;
  return bytes;
}

/** A packet from the receiver. */
export interface Packet {
  type: number;
  /** Position of a file in the sequence of all STATs, from 0. */
  id: number;
  /** Content, or the text of an error. */
  bytes: Uint8Array;
  /** The encoded Stat, which only a sender sends. */
  stat: Uint8Array | undefined;
}

const noBytes = new Uint8Array(0);

/** The packet that asks for the content of file `id`. */
export function encodeRequest(id: number): Buffer {
  const packet = Buffer.alloc(packetOverheadBytes);
  packet.set([tag.type, PacketType.request]);
  return packet.subarray(0, writeInteger(packet, 2, tag.id, id));
}

/** Reads one packet, passing over fields it does not know; undefined if `bytes` are no packet. */
export function decodePacket(bytes: Uint8Array): Packet | undefined {
  const packet: Packet = { type: PacketType.stat, id: 0, bytes: noBytes, stat: undefined };
  return readFields(bytes, packet, setField) ? packet : undefined;
}

/** Hands each field to `set`, a number or bytes; false if `bytes` are no message. */
function readFields<Message>(
  bytes: Uint8Array,
  message: Message,
  set: (message: Message, fieldTag: number, value: number, content: Uint8Array) => void,
): boolean {
  const reader = { bytes, at: 0 };
  while (reader.at < bytes.length) {
    const fieldTag = readVarint(reader);
    const value = readVarint(reader);
    const isDelimited = (fieldTag & 7) === 2;
    const end = isDelimited ? reader.at + value : reader.at;
    if (!(isDelimited || (fieldTag & 7) === 0) || !(end <= bytes.length)) return false;
    set(message, fieldTag, value, bytes.subarray(reader.at, end));
    reader.at = end;
  }
  return true;
}

function setField(packet: Packet, fieldTag: number, value: number, content: Uint8Array): void {
  if (fieldTag === tag.type) packet.type = value;
  else if (fieldTag === tag.id) packet.id = value;
  else if (fieldTag === tag.bytes) packet.bytes = content;
  else if (fieldTag === tag.stat) packet.stat = content;
}

/** What a sender tells of one entry. */
export interface Stat {
  path: BytePath;
  /** Bits of Go's `os.FileMode`. */
  mode: number;
  /** Nanoseconds since 1970, rounded to what a double holds. */
  mtimeNs: number;
  linkname: BytePath;
}

/** Reads an encoded Stat, passing over fields it does not know; undefined if `bytes` are none. */
export function decodeStat(bytes: Uint8Array): Stat | undefined {
  const stat: Stat = { path: '', mode: 0, mtimeNs: 0, linkname: '' };
  return readFields(bytes, stat, setStatField) ? stat : undefined;
}

function setStatField(stat: Stat, fieldTag: number, value: number, content: Uint8Array): void {
  if (fieldTag === statTag.path) stat.path = Buffer.from(content).toString('latin1');
  else if (fieldTag === statTag.linkname) stat.linkname = Buffer.from(content).toString('latin1');
  else if (fieldTag === statTag.mode) stat.mode = value;
  // Times before 1970 are in two's complement.
  else if (fieldTag === statTag.mtime) stat.mtimeNs = value < 2 ** 63 ? value : value - 2 ** 64;
}

/** A varint as a number, exact up to 2^53; NaN if the bytes end within it. */
function readVarint(reader: { readonly bytes: Uint8Array; at: number }): number {
  let value = 0;
  for (let factor = 1; ; factor *= 128) {
    const byte = reader.bytes[reader.at++];
    if (byte === undefined) return Number.NaN;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return value;
  }
}

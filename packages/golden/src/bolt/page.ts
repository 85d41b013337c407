import { damaged } from './damaged.js';

/** Number (8), flags (2), count of elements (2), count of overflow pages (4). */
export const PAGE_HEADER_BYTES = 16;
/** Of a branch: distance to the key (4), its size (4), page (8). Of a leaf: see `leafElement`. */
export const ELEMENT_BYTES = 16;
const BRANCH = 0x01;
const LEAF = 0x02;
/** Flag of an element of a leaf. */
const BUCKET = 0x01;

/** A page, its overflow included: elements, then what they point to. */
export type Page =
  | { readonly kind: 'branch'; readonly children: readonly bigint[] }
  | { readonly kind: 'leaf'; readonly elements: readonly LeafElement[] };

export interface LeafElement {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly isBucket: boolean;
}

/** The page with this number; throws `PROTOCOL` when it is not whole. */
export function pageAt(file: Buffer, pageSize: number, number: bigint): Page {
  const at = Number(number) * pageSize;
  if (at + PAGE_HEADER_BYTES > file.length) throw damaged(`page ${number} lies beyond the end`);
  if (file.readBigUInt64LE(at) !== number) throw damaged(`page ${number} has another's number`);
  const end = at + (file.readUInt32LE(at + 12) + 1) * pageSize;
  if (end > file.length) throw damaged(`page ${number} reaches beyond the end`);
  return parsePage(file.subarray(at, end));
}

/** The elements of a page, which may be one that lies inside of a value. */
export function parsePage(page: Buffer): Page {
  if (page.length < PAGE_HEADER_BYTES) throw damaged('a page has no room for its header');
  const flags = page.readUInt16LE(8);
  const count = page.readUInt16LE(10);
  if (PAGE_HEADER_BYTES + count * ELEMENT_BYTES > page.length) {
    throw damaged('a page has no room for its elements');
  }
  const places = Array.from({ length: count }, (_, i) => PAGE_HEADER_BYTES + i * ELEMENT_BYTES);
  if (flags === LEAF) return { kind: 'leaf', elements: places.map((at) => leafElement(page, at)) };
  if (flags !== BRANCH) throw damaged(`a page has flags ${flags}, of neither branch nor leaf`);
  return { kind: 'branch', children: places.map((at) => page.readBigUInt64LE(at + 8)) };
}

/** Flags, distance from here to the key, size of the key, size of the value that follows it. */
function leafElement(page: Buffer, at: number): LeafElement {
  const key = at + page.readUInt32LE(at + 4);
  const value = key + page.readUInt32LE(at + 8);
  const end = value + page.readUInt32LE(at + 12);
  if (end > page.length) throw damaged('an element reaches beyond its page');
  return {
    key: page.subarray(key, value),
    value: page.subarray(value, end),
    isBucket: (page.readUInt32LE(at) & BUCKET) !== 0,
  };
}

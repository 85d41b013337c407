import { damaged } from './damaged.js';
import { fnv1a64 } from './fnv1a64.js';
import { PAGE_HEADER_BYTES } from './page.js';

/**
 * The record of a committed transaction. Pages 0 and 1 alternate, so one of them is always whole.
 */
export interface Meta {
  readonly pageSize: number;
  /** Page of the root bucket. */
  readonly root: bigint;
  /** Every page in use has a lower number. */
  readonly pages: bigint;
  readonly transaction: bigint;
}

const MAGIC = 0xed0cdaed;
const VERSION = 2;
const CHECKSUM_AT = 56;
const META_BYTES = CHECKSUM_AT + 8;
const MIN_PAGE_BYTES = 1024;
const MAX_PAGE_BYTES = MIN_PAGE_BYTES << 14;

/** The meta page of the last transaction that was committed. */
export function newestMeta(file: Buffer): Meta {
  const metas = metaPages(file).sort((a, b) => (a.transaction < b.transaction ? 1 : -1));
  const [newest] = metas;
  if (newest === undefined) throw damaged('no valid meta page: this is no bolt database');
  return newest;
}

/** Page 1 begins where page 0 ends, which a damaged page 0 does not tell: every size is tried. */
function metaPages(file: Buffer): Meta[] {
  const found: Meta[] = [];
  const first = metaAt(file, 0);
  if (first !== undefined && isPageSize(first.pageSize)) found.push(first);
  for (let at = MIN_PAGE_BYTES; at <= MAX_PAGE_BYTES; at *= 2) {
    const second = metaAt(file, at);
    if (second?.pageSize === at) found.push(second);
  }
  return found;
}

function isPageSize(bytes: number): boolean {
  return bytes >= MIN_PAGE_BYTES && bytes <= MAX_PAGE_BYTES && Number.isInteger(Math.log2(bytes));
}

function metaAt(file: Buffer, page: number): Meta | undefined {
  const at = page + PAGE_HEADER_BYTES;
  if (file.length < at + META_BYTES) return undefined;
  const meta = file.subarray(at, at + META_BYTES);
  const known = meta.readUInt32LE(0) === MAGIC && meta.readUInt32LE(4) === VERSION;
  if (!known) return undefined;
  const sum = fnv1a64(meta.subarray(0, CHECKSUM_AT));
  if (meta.readBigUInt64LE(CHECKSUM_AT) !== sum) return undefined;
  return {
    pageSize: meta.readUInt32LE(8),
    root: meta.readBigUInt64LE(16),
    pages: meta.readBigUInt64LE(40),
    transaction: meta.readBigUInt64LE(48),
  };
}

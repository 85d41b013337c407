import { damaged } from './damaged.js';
import type { Meta } from './meta.js';
import { ELEMENT_BYTES, type LeafElement, type Page, pageAt, parsePage } from './page.js';

/** Values and nested buckets by key. Keys have one character a byte (Latin-1). */
export interface BoltBucket {
  readonly values: ReadonlyMap<string, Buffer>;
  readonly buckets: ReadonlyMap<string, BoltBucket>;
}

/** Root page (8), sequence (8); with root page 0 the bucket's only page follows. */
const BUCKET_HEADER_BYTES = 16;
const MAX_DEPTH = 64;

/** Everything below the root bucket of `meta`. Throws `PROTOCOL` for a damaged database. */
export function readBuckets(file: Buffer, meta: Meta): BoltBucket {
  return new Reader(file, meta).bucketAt(meta.root, 0);
}

/**
 * Reads every page once: pages form a tree. Elements and keys take room in the file, which limits
 * them even where damaged ones overlap.
 */
class Reader {
  readonly #file: Buffer;
  readonly #meta: Meta;
  readonly #seen = new Set<bigint>();
  #bytesLeft: number;

  constructor(file: Buffer, meta: Meta) {
    this.#file = file;
    this.#meta = meta;
    this.#bytesLeft = file.length;
  }

  bucketAt(root: bigint, depth: number): BoltBucket {
    return this.#bucketOf([...this.#leaves(this.#page(root), depth)], depth);
  }

  *#leaves(page: Page, depth: number): Generator<LeafElement> {
    assertDepth(depth);
    if (page.kind === 'leaf') yield* page.elements;
    else for (const child of page.children) yield* this.#leaves(this.#page(child), depth + 1);
  }

  #page(number: bigint): Page {
    if (number < 2n || number >= this.#meta.pages) throw damaged(`there is no page ${number}`);
    if (this.#seen.has(number)) throw damaged(`page ${number} is referred to twice`);
    this.#seen.add(number);
    return this.#spend(pageAt(this.#file, this.#meta.pageSize, number));
  }

  #spend(page: Page): Page {
    if (page.kind === 'branch') this.#bytesLeft -= page.children.length * ELEMENT_BYTES;
    else for (const { key } of page.elements) this.#bytesLeft -= ELEMENT_BYTES + key.length;
    if (this.#bytesLeft < 0) throw damaged('elements lie on top of each other');
    return page;
  }

  #bucketOf(elements: readonly LeafElement[], depth: number): BoltBucket {
    assertAscending(elements);
    const values = elements.filter(({ isBucket }) => !isBucket);
    const buckets = elements.filter(({ isBucket }) => isBucket);
    return {
      values: new Map(values.map(({ key, value }) => [nameOf(key), value])),
      buckets: new Map(
        buckets.map(({ key, value }) => [nameOf(key), this.#nested(value, depth + 1)]),
      ),
    };
  }

  #nested(value: Buffer, depth: number): BoltBucket {
    assertDepth(depth);
    if (value.length < BUCKET_HEADER_BYTES) throw damaged('a bucket has no room for its header');
    const root = value.readBigUInt64LE(0);
    if (root !== 0n) return this.bucketAt(root, depth);
    const page = this.#spend(parsePage(value.subarray(BUCKET_HEADER_BYTES)));
    if (page.kind !== 'leaf') throw damaged('a bucket within a value is no leaf');
    return this.#bucketOf(page.elements, depth);
  }
}

function assertDepth(depth: number): void {
  if (depth > MAX_DEPTH) throw damaged('buckets lie too deep');
}

function assertAscending(elements: readonly LeafElement[]): void {
  elements.forEach(({ key }, index) => {
    const before = elements[index - 1]?.key;
    if (before !== undefined && Buffer.compare(before, key) >= 0) {
      throw damaged(`key ${JSON.stringify(nameOf(key))} is out of order`);
    }
  });
}

const nameOf = (key: Buffer): string => key.toString('latin1');

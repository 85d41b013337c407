import { fnv1a64 } from './fnv1a64.js';

/** A bucket: values and buckets by name; names have one character a byte. */
export interface BucketContent {
  readonly [name: string]: string | Buffer | BucketContent;
}

export interface WriteOptions {
  /** Default 1,024. */
  pageSize?: number;
  /** More elements than that are spread over several pages, with branches above them. Default 4. */
  perPage?: number;
}

const META_AT = 16;

/** A bbolt database: small buckets within values, large ones and the root in pages of their own. */
export function writeBolt(content: BucketContent, options: WriteOptions = {}): Buffer {
  const { pageSize = 1024, perPage = 4 } = options;
  const pages = new Pages(pageSize, perPage);
  const root = pages.bucket(content);
  return pages.file(root);
}

/** Writes a field of both meta pages and makes their checksums right again. */
export function withMeta(file: Buffer, at: number, value: bigint, pageSize = 1024): Buffer {
  const changed = Buffer.from(file);
  for (const page of [0, pageSize]) {
    changed.writeBigUInt64LE(value, page + META_AT + at);
    seal(changed.subarray(page + META_AT));
  }
  return changed;
}

function seal(meta: Buffer): void {
  meta.writeBigUInt64LE(fnv1a64(meta.subarray(0, 56)), 56);
}

interface Element {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly isBucket: boolean;
}

interface Child {
  readonly key: Buffer;
  readonly page: number;
}

class Pages {
  readonly #size: number;
  readonly #perPage: number;
  /** Page 2 is the freelist. */
  readonly #pages: Buffer[] = [page(2, 0x10, 0, Buffer.alloc(0))];

  constructor(size: number, perPage: number) {
    this.#size = size;
    this.#perPage = perPage;
  }

  bucket(content: BucketContent): number {
    const leaves = this.#split(this.#elements(content)).map((elements) => ({
      key: elements[0]?.key ?? Buffer.alloc(0),
      page: this.#add((id) => leaf(id, elements)),
    }));
    return this.#above(leaves);
  }

  file(root: number): Buffer {
    const end = this.#next();
    const metas = [0, 1].map((id) => this.#padded(meta(id, this.#size, root, end)));
    return Buffer.concat([...metas, ...this.#pages.map((bytes) => this.#padded(bytes))]);
  }

  #above(children: Child[]): number {
    const [only] = children;
    if (children.length === 1 && only) return only.page;
    const branches = this.#split(children).map((group) => ({
      key: group[0]?.key ?? Buffer.alloc(0),
      page: this.#add((id) => branch(id, group)),
    }));
    return this.#above(branches);
  }

  #split<T>(items: T[]): T[][] {
    const groups: T[][] = [];
    for (let at = 0; at < items.length; at += this.#perPage) {
      groups.push(items.slice(at, at + this.#perPage));
    }
    return groups.length > 0 ? groups : [[]];
  }

  #elements(content: BucketContent): Element[] {
    const elements = Object.entries(content).map(([name, value]) => ({
      key: Buffer.from(name, 'latin1'),
      value: isBucket(value) ? this.#nested(value) : Buffer.from(value),
      isBucket: isBucket(value),
    }));
    return elements.sort((a, b) => Buffer.compare(a.key, b.key));
  }

  #nested(content: BucketContent): Buffer {
    const header = Buffer.alloc(16);
    const isSmall = Object.keys(content).length <= this.#perPage;
    if (isSmall && !Object.values(content).some(isBucket)) {
      return Buffer.concat([header, leaf(0, this.#elements(content))]);
    }
    header.writeBigUInt64LE(BigInt(this.bucket(content)));
    return header;
  }

  #add(make: (id: number) => Buffer): number {
    const id = this.#next();
    const bytes = make(id);
    bytes.writeUInt32LE(Math.ceil(bytes.length / this.#size) - 1, 12);
    this.#pages.push(bytes);
    return id;
  }

  #next(): number {
    return this.#pages.reduce((id, bytes) => id + Math.ceil(bytes.length / this.#size), 2);
  }

  #padded(bytes: Buffer): Buffer {
    return Buffer.concat([bytes], Math.ceil(bytes.length / this.#size) * this.#size);
  }
}

function isBucket(value: BucketContent[string]): value is BucketContent {
  return typeof value !== 'string' && !Buffer.isBuffer(value);
}

function page(id: number, flags: number, count: number, body: Buffer): Buffer {
  const header = Buffer.alloc(16);
  header.writeBigUInt64LE(BigInt(id));
  header.writeUInt16LE(flags, 8);
  header.writeUInt16LE(count, 10);
  return Buffer.concat([header, body]);
}

function leaf(id: number, elements: readonly Element[]): Buffer {
  let at = elements.length * 16;
  const heads = elements.map(({ key, value, isBucket: flag }, index) => {
    const head = Buffer.alloc(16);
    [Number(flag), at - index * 16, key.length, value.length].forEach((field, i) => {
      head.writeUInt32LE(field, i * 4);
    });
    at += key.length + value.length;
    return head;
  });
  const bodies = elements.flatMap(({ key, value }) => [key, value]);
  return page(id, 0x02, elements.length, Buffer.concat([...heads, ...bodies]));
}

function branch(id: number, children: readonly Child[]): Buffer {
  let at = children.length * 16;
  const heads = children.map(({ key, page: child }, index) => {
    const head = Buffer.alloc(16);
    head.writeUInt32LE(at - index * 16);
    head.writeUInt32LE(key.length, 4);
    head.writeBigUInt64LE(BigInt(child), 8);
    at += key.length;
    return head;
  });
  return page(
    id,
    0x01,
    children.length,
    Buffer.concat([...heads, ...children.map(({ key }) => key)]),
  );
}

/** Page 0 has the older transaction. */
function meta(id: number, pageSize: number, root: number, end: number): Buffer {
  const bytes = Buffer.alloc(64);
  bytes.writeUInt32LE(0xed0cdaed);
  bytes.writeUInt32LE(2, 4);
  bytes.writeUInt32LE(pageSize, 8);
  bytes.writeBigUInt64LE(BigInt(root), 16);
  bytes.writeBigUInt64LE(2n, 32);
  bytes.writeBigUInt64LE(BigInt(end), 40);
  bytes.writeBigUInt64LE(BigInt(10 + id), 48);
  seal(bytes);
  return page(id, 0x04, 0, bytes);
}

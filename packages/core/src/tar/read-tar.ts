import { blockBytes, notTar, paddingOf, parseHeader, sizeIn, type TarHeader } from './header.js';

export interface TarEntry extends TarHeader {
  /** Where its bytes begin in the archive. */
  readonly offset: number;
  /** Its bytes, to be read before the next entry is asked for; what is left of them is skipped. */
  readonly content: AsyncIterable<Uint8Array>;
}

/** More than any path or record needs. */
const maxRecordBytes = 1024 * 1024;

/**
 * The entries of a tar archive (POSIX ustar and pax, GNU), which is read to its very end.
 *
 * Throws `PROTOCOL` for what is no archive and for one that ends too early.
 */
export async function* readTar(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  const bytes = new ByteReader(chunks);
  let told: Partial<TarHeader> = {};
  for (;;) {
    const block = await bytes.block();
    const header = block && parseHeader(block);
    if (!header) break;
    const entry = { ...header, ...told };
    const content = bytes.take(entry.sizeBytes);
    if (isRecord(header)) told = { ...told, ...(await readRecord(header, content)) };
    else {
      told = {};
      yield { ...entry, offset: bytes.position, content };
    }
    for await (const _ of content);
    for await (const _ of bytes.take(paddingOf(entry.sizeBytes).length));
  }
  await bytes.skipAll();
}

/** Of pax and GNU: about the next entry, or about all (`g`) or nothing that matters here (`K`). */
function isRecord({ type }: TarHeader): boolean {
  return 'xgLK'.includes(type);
}

/** What a record says of the next entry. */
async function readRecord(
  { type, sizeBytes }: TarHeader,
  content: AsyncIterable<Uint8Array>,
): Promise<Partial<TarHeader>> {
  if (sizeBytes > maxRecordBytes) throw notTar(`a record has ${sizeBytes} bytes`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  if (type === 'L') return { name: bytes.toString().split('\0', 1)[0] ?? '' };
  return type === 'x' ? paxFields(bytes) : {};
}

/** Lines of pax: `LENGTH KEY=VALUE`, with the length of the whole line in bytes. */
function paxFields(bytes: Buffer): Partial<TarHeader> {
  const values = new Map<string, string>();
  for (let at = 0; at < bytes.length; ) {
    const length = Number.parseInt(bytes.toString('latin1', at, at + 20), 10);
    if (!(length > 0)) throw notTar('a pax record has no length');
    const [, key = '', value = ''] =
      /^\d+ ([^=]*)=(.*)\n$/s.exec(bytes.toString('utf8', at, at + length)) ?? [];
    values.set(key, value);
    at += length;
  }
  const [name, size] = [values.get('path'), values.get('size')];
  return {
    ...(name !== undefined && { name }),
    ...(size !== undefined && { sizeBytes: sizeIn(size, 10) }),
  };
}

/** Takes a stream apart at given places. */
class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();
  /** How many bytes were taken. */
  position = 0;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** The next block; `undefined` where the stream ends instead. */
  async block(): Promise<Buffer | undefined> {
    if (!(await this.#fill())) return undefined;
    const parts: Uint8Array[] = [];
    for await (const part of this.take(blockBytes)) parts.push(part);
    return Buffer.concat(parts);
  }

  /** That many bytes as they come; asked again, what is left of them. */
  take(sizeBytes: number): AsyncIterable<Uint8Array> {
    let left = sizeBytes;
    const next = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
      if (left === 0) return { done: true, value: undefined };
      if (!(await this.#fill())) throw notTar('it ends too early');
      const value = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(value.length);
      left -= value.length;
      this.position += value.length;
      return { done: false, value };
    };
    return { [Symbol.asyncIterator]: () => ({ next }) };
  }

  async skipAll(): Promise<void> {
    do this.#rest = new Uint8Array();
    while (await this.#fill());
  }

  /** Whether there are bytes, now or after a while. */
  async #fill(): Promise<boolean> {
    while (this.#rest.length === 0) {
      const step = await this.#chunks.next();
      if (step.done) return false;
      this.#rest = step.value;
    }
    return true;
  }
}

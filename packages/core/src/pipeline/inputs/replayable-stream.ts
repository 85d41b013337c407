import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { messageOf, WarmdockError } from '../../errors.js';
import { writeError } from '../../write-error.js';

/** Bytes of a stream, as strings come from a stream with an encoding. */
type Chunk = Uint8Array | string;

/**
 * A stream that is read once and can be replayed: while the first reader takes its bytes they also
 * go to a file (0600), from which later ones read. Memory holds one chunk at a time.
 *
 * Throws `UNAVAILABLE` when the stream breaks, and for a reader that comes while another has not
 * come to the end.
 */
export class ReplayableStream {
  readonly #source: AsyncIterator<Chunk>;
  readonly #name: string;
  readonly #spoolPath: string;
  #ahead: Uint8Array[] = [];
  #state: 'unread' | 'reading' | 'whole' = 'unread';

  /** @param name what errors call the stream */
  constructor(source: AsyncIterable<Chunk>, name: string, spoolPath: string) {
    this.#source = source[Symbol.asyncIterator]();
    this.#name = name;
    this.#spoolPath = spoolPath;
  }

  /** The first bytes, `sizeBytes` of them or more unless the stream is shorter; they remain to be read. */
  async peek(sizeBytes: number): Promise<Uint8Array> {
    let got = 0;
    while (got < sizeBytes) {
      const chunk = await this.#next();
      if (!chunk) break;
      this.#ahead.push(chunk);
      got += chunk.length;
    }
    return Buffer.concat(this.#ahead);
  }

  async *read(): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.#state === 'whole') {
      yield* createReadStream(this.#spoolPath, { highWaterMark: 256 * 1024 });
      return;
    }
    if (this.#state === 'reading')
      throw new WarmdockError('UNAVAILABLE', `cannot read ${this.#name} twice at a time`);
    this.#state = 'reading';
    const spool = await open(this.#spoolPath, 'wx', 0o600);
    try {
      for (;;) {
        const chunk = this.#ahead.shift() ?? (await this.#next());
        if (!chunk) break;
        await spool.writeFile(chunk).catch((error: unknown) => {
          throw writeError(this.#spoolPath, error);
        });
        yield chunk;
      }
      this.#state = 'whole';
    } finally {
      await spool.close();
    }
  }

  /** Tells the source that nobody reads on; does not wait for it. */
  close(): void {
    this.#source.return?.()?.catch(() => {});
  }

  async #next(): Promise<Uint8Array | undefined> {
    try {
      const { done, value } = await this.#source.next();
      if (done) return undefined;
      return typeof value === 'string' ? Buffer.from(value) : value;
    } catch (cause) {
      throw new WarmdockError('UNAVAILABLE', `cannot read ${this.#name}: ${messageOf(cause)}`, {
        cause,
      });
    }
  }
}

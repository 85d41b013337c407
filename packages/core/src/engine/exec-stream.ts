import { Duplex } from 'node:stream';
import { Demultiplexer } from './answers/multiplexed.js';

/** Of what a program says on standard error, the end is kept. */
const keptBytes = 4 * 1024;

/** Says why a program ended that was to go on; `cause` is there when its connection broke. */
export type ExplainEnd = (cause: Error | undefined) => Promise<Error>;

/**
 * Standard input and output of a program in a container, over a hijacked connection.
 *
 * Destroying it closes the program's input. What the program says on standard error is kept for messages.
 */
export class ExecStream extends Duplex {
  /** When something last came, as `performance.now()` counts. */
  heardAtMs = performance.now();
  /** Makes the end of the program an error of the stream; without it the stream ends. */
  explainEnd: ExplainEnd | undefined;
  readonly #connection: Duplex;
  readonly #demultiplexer: Demultiplexer;
  #said = Buffer.alloc(0);
  #isOver = false;

  constructor(connection: Duplex) {
    super();
    this.#connection = connection;
    this.#demultiplexer = new Demultiplexer((output, piece) => {
      if (output !== 'stdout') this.#said = Buffer.concat([this.#said, piece]).subarray(-keptBytes);
      else if (!this.push(piece)) connection.pause();
    });
    connection
      .on('data', (chunk: Buffer) => this.#receive(chunk))
      .on('error', (error) => void this.#finish(error))
      .once('end', () => void this.#finish())
      .once('close', () => void this.#finish());
  }

  /** The end of what the program, or the daemon in its place, said besides its output. */
  get errorOutput(): string {
    return this.#said.toString('utf8').trim();
  }

  override _read(): void {
    this.#connection.resume();
  }

  /** What cannot be written any more is no error: the end of the connection tells more, and is on its way. */
  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.#connection.write(chunk, () => done());
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.#connection.cork();
    for (const { chunk } of chunks.slice(0, -1)) this.#connection.write(chunk);
    this.#connection.write(chunks.at(-1)?.chunk ?? '', () => done());
    this.#connection.uncork();
  }

  override _final(done: () => void): void {
    this.#connection.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#isOver = true;
    this.#connection.destroy();
    done(error);
  }

  #receive(chunk: Buffer): void {
    this.heardAtMs = performance.now();
    try {
      this.#demultiplexer.push(chunk);
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  async #finish(cause?: Error): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    const why = this.explainEnd ? await this.explainEnd(cause) : cause;
    if (why) this.destroy(why);
    else this.push(null);
  }
}

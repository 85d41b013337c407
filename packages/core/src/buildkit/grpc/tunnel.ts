import { Duplex } from 'node:stream';
import type { Call } from './call.js';
import { messageHeadBytes, writeFrameHead } from './frame.js';
import { bytesField, encodeBytesHead } from './wire-fields.js';

/** BuildKit reads a tunnel message into one buffer; above 1 MiB it gains nothing. */
const maxMessageBytes = 1024 * 1024;

/** A call whose messages are `BytesMessage{data}` as the raw byte stream that runs through it. */
export function tunnelThrough(call: Call): Duplex {
  return new Tunnel(call);
}

class Tunnel extends Duplex {
  readonly #call: Call;
  #resume: (() => void) | undefined;

  constructor(call: Call) {
    super();
    this.#call = call;
    void this.#pump();
  }

  override _read(): void {
    this.#resume?.();
  }

  override _write(
    chunk: Buffer,
    _encoding: BufferEncoding,
    done: (error?: Error | null) => void,
  ): void {
    this.#send([chunk], chunk.length).then(() => done(), done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#sendPacked(chunks.map(({ chunk }) => chunk)).then(() => done(), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#call.end();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#resume?.();
    this.#call.cancel();
    done(error);
  }

  /** HTTP/2 writes many small pieces at once; they travel as few messages. */
  async #sendPacked(chunks: readonly Buffer[]): Promise<void> {
    let pack: Buffer[] = [];
    let packBytes = 0;
    for (const chunk of chunks) {
      if (packBytes > 0 && packBytes + chunk.length > maxMessageBytes) {
        await this.#send(pack, packBytes);
        pack = [];
        packBytes = 0;
      }
      pack.push(chunk);
      packBytes += chunk.length;
    }
    await this.#send(pack, packBytes);
  }

  async #send(pack: readonly Buffer[], packBytes: number): Promise<void> {
    const field = encodeBytesHead(packBytes);
    const head = Buffer.allocUnsafe(messageHeadBytes + field.length);
    writeFrameHead(head, 0, field.length + packBytes);
    head.set(field, messageHeadBytes);
    await this.#call.writeFrames([head, ...pack]);
  }

  async #pump(): Promise<void> {
    try {
      for await (const message of this.#call.messages) {
        if (!this.push(bytesField(message, 1))) await this.#readable();
        if (this.destroyed) return;
      }
      this.push(null);
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  #readable(): Promise<void> {
    return new Promise((resolve) => {
      this.#resume = () => {
        this.#resume = undefined;
        resolve();
      };
    });
  }
}

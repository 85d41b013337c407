import type { TextOutput } from '@warmdock/core/internal';
/**
 * One of the process's own streams, opened by the first write: opening costs about a millisecond,
 * which is free while a builder is waited for and is not before.
 */
export class StandardStream implements TextOutput {
  readonly #fd: 1 | 2;
  #stream: NodeJS.WriteStream | undefined;
  #isBroken = false;

  constructor(fd: 1 | 2) {
    this.#fd = fd;
  }

  get isTerminal(): boolean {
    return process.getBuiltinModule('node:tty').isatty(this.#fd);
  }

  get columns(): number {
    return this.#sized().columns || 80;
  }

  get rows(): number {
    return this.#sized().rows || 24;
  }

  write(text: string): void {
    if (!this.#isBroken) this.#open().write(text);
  }

  /** Ends when everything written has left the process: pipes take it asynchronously, and `process.exit` would cut it off. */
  async flush(): Promise<void> {
    const stream = this.#stream;
    if (!stream || this.#isBroken || stream.writableLength === 0) return;
    await new Promise<void>((resolve) => {
      stream.once('error', () => resolve());
      stream.write('', () => resolve());
    });
  }

  /** Asked of the terminal itself: Node learns of a new size some time after the terminal has it. */
  #sized(): NodeJS.WriteStream {
    const stream: NodeJS.WriteStream & { _refreshSize?(): void } = this.#open();
    if (stream.isTTY) stream._refreshSize?.();
    return stream;
  }

  #open(): NodeJS.WriteStream {
    if (this.#stream) return this.#stream;
    this.#stream = this.#fd === 1 ? process.stdout : process.stderr;
    // The reader went away (EPIPE) or the terminal did (EIO): the build is still wanted, its display no more.
    this.#stream.on('error', () => {
      this.#isBroken = true;
    });
    return this.#stream;
  }
}

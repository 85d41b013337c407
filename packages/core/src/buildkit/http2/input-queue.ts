/** Above this many pieces the last ones are joined: a peer that sends byte by byte fills no memory with views. */
const loosePieces = 1024;

/** The body of a stream that came and was not read yet. */
export class InputQueue {
  #pieces: Buffer[] = [];
  /** How many of them, from the first on, were joined already. */
  #joined = 0;

  add(piece: Buffer): void {
    this.#pieces.push(piece);
    if (this.#pieces.length - this.#joined <= loosePieces) return;
    this.#pieces.push(Buffer.concat(this.#pieces.splice(this.#joined)));
    this.#joined++;
  }

  /** The first pieces, until they are `enoughBytes` or all; `undefined` when there are none. */
  take(enoughBytes: number): Buffer[] | undefined {
    let takenBytes = 0;
    let count = 0;
    while (count < this.#pieces.length && takenBytes < enoughBytes)
      takenBytes += this.#pieces[count++]?.length ?? 0;
    if (count === 0) return undefined;
    this.#joined = Math.max(0, this.#joined - count);
    if (count < this.#pieces.length) return this.#pieces.splice(0, count);
    const taken = this.#pieces;
    this.#pieces = [];
    return taken;
  }

  clear(): void {
    this.#pieces = [];
    this.#joined = 0;
  }
}

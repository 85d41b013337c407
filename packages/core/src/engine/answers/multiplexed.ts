import { WarmdockError } from '../../errors.js';

/** Which of a program's outputs a piece belongs to; `daemon` is what the daemon itself has to say. */
export type OutputName = 'stdout' | 'stderr' | 'daemon';

/** By the first byte of a header; 0 is standard input, which old daemons used for standard output. */
const names: readonly OutputName[] = ['stdout', 'stdout', 'stderr', 'daemon'];
const headBytes = 8;

/**
 * Takes apart the stream in which the Engine API joins the outputs of a program without a terminal.
 *
 * Each piece has a header of eight bytes: the output's number, three zeros, the length as a
 * big-endian 32-bit number. Pieces are passed on as they come, in parts and uncopied.
 */
export class Demultiplexer {
  readonly #onPiece: (output: OutputName, piece: Buffer) => void;
  readonly #head = Buffer.alloc(headBytes);
  #headFilled = 0;
  #output: OutputName = 'stdout';
  #left = 0;

  constructor(onPiece: (output: OutputName, piece: Buffer) => void) {
    this.#onPiece = onPiece;
  }

  /** Throws `PROTOCOL` for what is no such stream. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length)
      at += this.#left > 0 ? this.#passOn(chunk.subarray(at)) : this.#readHead(chunk, at);
  }

  #passOn(rest: Buffer): number {
    const piece = rest.subarray(0, this.#left);
    this.#left -= piece.length;
    this.#onPiece(this.#output, piece);
    return piece.length;
  }

  #readHead(chunk: Buffer, at: number): number {
    const copied = chunk.copy(this.#head, this.#headFilled, at);
    this.#headFilled += copied;
    if (this.#headFilled < headBytes) return copied;
    this.#headFilled = 0;
    const output = names[this.#head.readUInt8(0)];
    if (output === undefined)
      throw new WarmdockError('PROTOCOL', 'the Docker daemon sent no multiplexed stream');
    this.#output = output;
    this.#left = this.#head.readUInt32BE(4);
    return copied;
  }
}

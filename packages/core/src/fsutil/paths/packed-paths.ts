import type { BytePath } from './byte-path.js';

/** Records share blocks of this size; the longest path takes a sixteenth of it. */
const blockBytes = 64 * 1024;

/** Where the directory stands, and the length of the name. */
const referenceBytes = 6 + 2;

/**
 * Very many paths in little memory, best those of one directory one after the other: a path is its
 * name and where its directory stands. As strings they take four times as much, in a heap that is
 * searched through over and over.
 */
export class PackedPaths {
  readonly #headBytes: number;
  readonly #blocks: Buffer[] = [];
  #end = blockBytes;
  #directory: BytePath = '';
  #directoryPlace = 0;

  /** @param headBytes how many bytes the owner wants beside each path */
  constructor(headBytes = 0) {
    this.#headBytes = headBytes;
  }

  /** Where the path stands from now on, a number above 0. */
  add(path: BytePath): number {
    const nameAt = path.lastIndexOf('/') + 1;
    const directory = path.slice(0, nameAt);
    if (directory !== this.#directory) {
      this.#directoryPlace = this.#write(directory, 0);
      this.#directory = directory;
    }
    return this.#write(path.slice(nameAt), this.#directoryPlace);
  }

  get(place: number): BytePath {
    const directory = this.#recordAt(place).readUIntLE(0, 6);
    return (directory === 0 ? '' : this.#nameAt(directory)) + this.#nameAt(place);
  }

  /** The owner's bytes beside the path there. */
  head(place: number): Buffer {
    return this.#recordAt(place).subarray(referenceBytes, referenceBytes + this.#headBytes);
  }

  #write(name: BytePath, directoryPlace: number): number {
    const recordBytes = referenceBytes + this.#headBytes + name.length;
    if (this.#end + recordBytes > blockBytes) {
      this.#blocks.push(Buffer.allocUnsafeSlow(blockBytes));
      this.#end = 0;
    }
    const place = (this.#blocks.length - 1) * blockBytes + this.#end + 1;
    const record = this.#recordAt(place);
    record.writeUIntLE(directoryPlace, 0, 6);
    record.writeUInt16LE(name.length, 6);
    record.write(name, referenceBytes + this.#headBytes, 'latin1');
    this.#end += recordBytes;
    return place;
  }

  #nameAt(place: number): BytePath {
    const record = this.#recordAt(place);
    const start = referenceBytes + this.#headBytes;
    return record.toString('latin1', start, start + record.readUInt16LE(6));
  }

  #recordAt(place: number): Buffer {
    const block = this.#blocks[Math.floor((place - 1) / blockBytes)] as Buffer;
    return block.subarray((place - 1) % blockBytes);
  }
}

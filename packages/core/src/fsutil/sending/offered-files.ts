import { PackedPaths } from '../paths/packed-paths.js';
import { type Entry, isRegularFile } from '../wire/entry.js';

/** What has to be known of a file to send its content. */
export type ListedFile = Pick<Entry, 'path' | 'sizeBytes' | 'dev' | 'ino'>;

/** The files that the receiver was told of and may ask for, once each, by their position among all entries. */
export class OfferedFiles {
  /** With device number, inode number and size, 8 bytes each. */
  readonly #files = new PackedPaths(24);
  /** By id, where the file stands; negative once it was asked for, 0 for what is no file. */
  readonly #places: number[] = [];

  /** Gives the entry the next id. */
  add(entry: Entry): void {
    this.#places.push(isRegularFile(entry) ? this.#keep(entry) : 0);
  }

  /** The file's size, the first time that it is asked for; undefined if it is not on offer. */
  claim(id: number): number | undefined {
    const place = this.#places[id] ?? 0;
    if (place <= 0) return undefined;
    this.#places[id] = -place;
    return this.#files.head(place).readDoubleLE(16);
  }

  /** A file that was claimed. */
  read(id: number): ListedFile {
    const place = -(this.#places[id] ?? 0);
    const head = this.#files.head(place);
    return {
      path: this.#files.get(place),
      dev: head.readBigInt64LE(0),
      ino: head.readBigInt64LE(8),
      sizeBytes: head.readDoubleLE(16),
    };
  }

  #keep({ path, dev, ino, sizeBytes }: Entry): number {
    const place = this.#files.add(path);
    const head = this.#files.head(place);
    head.writeBigInt64LE(dev, 0);
    head.writeBigInt64LE(ino, 8);
    head.writeDoubleLE(sizeBytes, 16);
    return place;
  }
}

import type { BytePath } from '../paths/byte-path.js';
import { PackedPaths } from '../paths/packed-paths.js';
import type { Entry } from '../wire/entry.js';

/** Finds the names of one file in a tree. */
export class HardLinks {
  /** By device and inode number, where the first path of the file stands. */
  readonly #devices = new Map<bigint, Map<bigint | number, number>>();
  readonly #paths = new PackedPaths();

  /** The path under which the same file came before; undefined if this is its first. */
  firstPathOf({ path, dev, ino }: Entry): BytePath | undefined {
    const isSafe = 0 <= ino && ino <= Number.MAX_SAFE_INTEGER;
    const inode = isSafe ? Number(ino) : ino;
    const places = this.#devices.get(dev) ?? new Map<bigint | number, number>();
    this.#devices.set(dev, places);
    const place = places.get(inode);
    if (place !== undefined) return this.#paths.get(place);
    places.set(inode, this.#paths.add(path));
    return undefined;
  }
}

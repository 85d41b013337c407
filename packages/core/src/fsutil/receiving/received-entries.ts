import { WarmdockError } from '../../errors.js';
import { type BytePath, toText } from '../paths/byte-path.js';
import { GoMode } from '../wire/entry.js';
import type { Stat } from '../wire/wire.js';

/** What a sender may send. */
export type ReceivedKind = 'directory' | 'file' | 'symlink' | 'hard link';

/** An entry that was checked: its parents came before it, as directories, and its path stays below the root. */
export interface ReceivedEntry extends Stat {
  readonly kind: ReceivedKind;
  /** Position among all entries. */
  readonly id: number;
}

/** Holds a sender to the rules of the protocol: clean relative paths, in order, parents first, links to what came before. */
export class ReceivedEntries {
  readonly #operation: string;
  /** The directories that the last entry is in, outermost first, each with its last child. */
  #parents: { readonly path: BytePath; last: BytePath }[] = [{ path: '', last: '' }];
  readonly #files = new Set<BytePath>();
  #count = 0;

  /** @param operation what errors say that failed */
  constructor(operation: string) {
    this.#operation = operation;
  }

  /** @throws WarmdockError PROTOCOL for an entry against the rules, UNSUPPORTED for a device or a pipe */
  accept(stat: Stat): ReceivedEntry {
    this.#checkPath(stat.path);
    const entry = { ...stat, kind: this.#kindOf(stat), id: this.#count };
    this.#count += 1;
    if (entry.kind === 'directory') this.#parents.push({ path: stat.path, last: '' });
    if (entry.kind === 'file') this.#files.add(stat.path);
    return entry;
  }

  #checkPath(path: BytePath): void {
    const names = path.split('/');
    if (names.some((name) => name === '' || name === '.' || name === '..' || name.includes('\0')))
      throw this.#broken(path, 'it is no clean relative path');
    const name = names.pop() ?? '';
    const folder = names.join('/');
    while (this.#parents.length > 1 && this.#parents.at(-1)?.path !== folder) this.#parents.pop();
    const parent = this.#parents.at(-1);
    if (parent?.path !== folder) throw this.#broken(path, 'its directory did not come before it');
    if (parent.last >= name) throw this.#broken(path, 'it is out of order');
    parent.last = name;
  }

  #kindOf({ path, mode, linkname }: Stat): ReceivedKind {
    const type = (mode & GoMode.type) >>> 0;
    if (type === GoMode.directory) return 'directory';
    if (type === GoMode.symlink) return 'symlink';
    if (type !== 0) {
      const name = JSON.stringify(toText(path));
      throw new WarmdockError(
        'UNSUPPORTED',
        `${this.#operation}: ${name} is a device, a pipe or a socket, which cannot be made here`,
        { hint: 'write the result as an archive: type=tar,dest=FILE' },
      );
    }
    if (linkname === '') return 'file';
    if (!this.#files.has(linkname))
      throw this.#broken(path, 'it is a hard link to what did not come before it');
    return 'hard link';
  }

  #broken(path: BytePath, why: string): WarmdockError {
    const name = JSON.stringify(toText(path));
    return new WarmdockError('PROTOCOL', `${this.#operation}: the builder sent ${name}: ${why}`);
  }
}

import { fieldOverheadBytes } from './header-list.js';
import { staticTable } from './static-table.js';

/** HPACK's table while it is decoded: the static part, then the newest of what the peer added. */
export class HpackTable {
  /** Newest first. */
  readonly #added: (readonly [name: string, value: string])[] = [];
  #sizeBytes = 0;
  #maxBytes: number;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The field with this number, `undefined` when there is none. */
  at(index: number): readonly [name: string, value: string] | undefined {
    return index <= staticTable.length
      ? staticTable[index - 1]
      : this.#added[index - staticTable.length - 1];
  }

  /** Adds a field and drops the oldest; one larger than the table empties it (RFC 7541 §4.4). */
  add(name: string, value: string): void {
    this.#added.unshift([name, value]);
    this.#sizeBytes += sizeOf(name, value);
    this.#evict();
  }

  resize(maxBytes: number): void {
    this.#maxBytes = maxBytes;
    this.#evict();
  }

  #evict(): void {
    while (this.#sizeBytes > this.#maxBytes) {
      const [name, value] = this.#added.pop() ?? ['', ''];
      this.#sizeBytes -= sizeOf(name, value);
    }
  }
}

function sizeOf(name: string, value: string): number {
  return name.length + value.length + fieldOverheadBytes;
}

/**
 * Finds all of many byte strings in one pass, after Aho and Corasick (1975): the time does not depend on
 * how many there are, and the state between two bytes tells how much of a pattern may have begun.
 */
export class PatternSet {
  /** The state before the first byte: nothing has begun. */
  readonly start = 0;
  /** By state: how many of the bytes that led to it may be the beginning of a pattern. */
  readonly begun: Int32Array;
  /** By state: the length of the longest pattern that ends with it; 0 for none. */
  readonly ending: Int32Array;
  /** A state's continuations are a list: the first one, and by each one the next. */
  readonly #first: Int32Array;
  readonly #next: Int32Array;
  readonly #byte: Uint8Array;
  /** The state of the longest beginning of a pattern that this one's bytes end with. */
  readonly #shorter: Int32Array;
  /** The continuations of the start, by byte: most bytes are looked up here. */
  readonly #fromStart = new Int32Array(256);
  #count = 1;

  constructor(patterns: readonly Uint8Array[]) {
    const states = patterns.reduce((sum, { length }) => sum + length, 1);
    const numbers = () => new Int32Array(states);
    [this.begun, this.ending, this.#first] = [numbers(), numbers(), numbers()];
    [this.#next, this.#shorter, this.#byte] = [numbers(), numbers(), new Uint8Array(states)];
    for (const pattern of patterns) this.#add(pattern);
    this.#link();
  }

  /** The state after one more byte. */
  after(state: number, byte: number): number {
    let from = state;
    while (from !== 0) {
      const to = this.#continuation(from, byte);
      if (to !== 0) return to;
      from = this.#shorter[from] as number;
    }
    return this.#fromStart[byte] as number;
  }

  #continuation(state: number, byte: number): number {
    let to = this.#first[state] as number;
    while (to !== 0 && this.#byte[to] !== byte) to = this.#next[to] as number;
    return to;
  }

  #add(pattern: Uint8Array): void {
    let state = 0;
    for (const byte of pattern) {
      const known = state === 0 ? this.#fromStart[byte] : this.#continuation(state, byte);
      state = known || this.#append(state, byte);
    }
    this.ending[state] = pattern.length;
  }

  #append(state: number, byte: number): number {
    const made = this.#count++;
    this.#byte[made] = byte;
    this.begun[made] = (this.begun[state] as number) + 1;
    this.#next[made] = this.#first[state] as number;
    this.#first[state] = made;
    if (state === 0) this.#fromStart[byte] = made;
    return made;
  }

  /** Shorter ones first: each state's own follow from those of the states before it. */
  #link(): void {
    const queue = [...this.#fromStart].filter((state) => state !== 0);
    for (let at = 0; at < queue.length; at++) {
      const state = queue[at] as number;
      const shorter = this.#shorter[state] as number;
      this.ending[state] ||= this.ending[shorter] as number;
      for (let to = this.#first[state] as number; to !== 0; to = this.#next[to] as number) {
        this.#shorter[to] = this.after(shorter, this.#byte[to] as number);
        queue.push(to);
      }
    }
  }
}

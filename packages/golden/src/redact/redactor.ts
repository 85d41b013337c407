import type { PatternSet } from './pattern-set.js';

/** A part of the held bytes, from `start` up to `end`. */
interface Part {
  readonly start: number;
  readonly end: number;
  /** Whether its `***` was passed on already. */
  readonly isTold: boolean;
}

const mark = Buffer.from('***');
const nothing = Buffer.alloc(0);

/**
 * Passes bytes on with `***` in place of every pattern, also across chunks. Overlapping patterns
 * have one mark together. Bytes that may begin a pattern are held back until that is known.
 */
export class Redactor {
  readonly #patterns: PatternSet;
  #state: number;
  #held: Buffer = nothing;
  /** Matches in the held bytes, in order, without overlaps. */
  #parts: Part[] = [];

  constructor(patterns: PatternSet) {
    this.#patterns = patterns;
    this.#state = patterns.start;
  }

  /** Takes more bytes; returns what can be passed on. */
  push(bytes: Buffer): Buffer {
    const known = this.#held.length;
    this.#held = known === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    this.#look(known);
    return this.#pass(this.#held.length - (this.#patterns.begun[this.#state] as number));
  }

  /** Returns the rest at the end of the input. */
  end(): Buffer {
    this.#state = this.#patterns.start;
    return this.#pass(this.#held.length);
  }

  #look(from: number): void {
    const patterns = this.#patterns;
    const bytes = this.#held;
    let state = this.#state;
    for (let at = from; at < bytes.length; at++) {
      state = patterns.after(state, bytes[at] as number);
      const length = patterns.ending[state] as number;
      if (length !== 0) this.#mark(at + 1 - length, at + 1);
    }
    this.#state = state;
  }

  #mark(from: number, end: number): void {
    let start = from;
    let isTold = false;
    for (;;) {
      const last = this.#parts.at(-1);
      if (last === undefined || last.end <= from) break;
      start = Math.min(start, last.start);
      isTold = last.isTold;
      this.#parts.pop();
    }
    this.#parts.push({ start, end, isTold });
  }

  /** Of a pattern that goes on behind `end`, the mark is passed on and only the rest is held. */
  #pass(end: number): Buffer {
    const passed: Buffer[] = [];
    const later: Part[] = [];
    let at = 0;
    for (const part of this.#parts) {
      if (part.start < end) {
        passed.push(this.#held.subarray(at, part.start));
        if (!part.isTold) passed.push(mark);
        at = Math.min(part.end, end);
      }
      if (part.end > end) {
        const isTold = part.isTold || part.start < end;
        later.push({ start: Math.max(part.start - end, 0), end: part.end - end, isTold });
      }
    }
    passed.push(this.#held.subarray(at, end));
    this.#parts = later;
    this.#held = this.#held.subarray(end);
    return passed.length === 1 ? (passed[0] as Buffer) : Buffer.concat(passed);
  }
}

/** Code points from `low` to `high`, both included. */
export interface CharacterRange {
  readonly low: number;
  readonly high: number;
}

/** A regular expression: any of its alternatives. */
export type Expression = readonly Sequence[];

/** Pieces one behind the other. */
export type Sequence = readonly Piece[];

/** An atom, so many times; `max` may be infinite. */
export interface Piece {
  readonly atom: Atom;
  readonly min: number;
  readonly max: number;
}

export type Atom =
  /** One character of these ranges, which are sorted and apart. */
  | { readonly kind: 'character'; readonly ranges: readonly CharacterRange[] }
  /** No character, but such a place between two. */
  | { readonly kind: 'place'; readonly place: Place }
  | { readonly kind: 'group'; readonly expression: Expression };

export type Place = 'start' | 'end' | 'word boundary' | 'no word boundary';

const lastCodePoint = 0x10ffff;

/** The piece that is one character of these ranges. */
export function oneOf(ranges: readonly CharacterRange[]): Piece {
  return { atom: { kind: 'character', ranges }, min: 1, max: 1 };
}

/** Whether ranges that are sorted and apart hold the code point. */
export function contains(ranges: readonly CharacterRange[], codePoint: number): boolean {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranges[middle] as CharacterRange).high < codePoint) low = middle + 1;
    else high = middle;
  }
  const range = ranges[low];
  return range !== undefined && range.low <= codePoint;
}

/** The same code points in ranges that are sorted and apart, as `contains` wants them. */
export function sorted(ranges: readonly CharacterRange[]): CharacterRange[] {
  return complementOf(complementOf(ranges));
}

export function single(codePoint: number): CharacterRange {
  return { low: codePoint, high: codePoint };
}

/** Ranges written as pairs of their ends: `azAZ`. */
export function rangesOf(ends: string): CharacterRange[] {
  const pairs = ends.match(/../gsu) ?? [];
  return pairs.map(([low = '', high = '']) => ({
    low: low.charCodeAt(0),
    high: high.charCodeAt(0),
  }));
}

/** All other code points. */
export function complementOf(ranges: readonly CharacterRange[]): CharacterRange[] {
  const others: CharacterRange[] = [];
  let low = 0;
  for (const range of [...ranges].sort((a, b) => a.low - b.low)) {
    if (low < range.low) others.push({ low, high: range.low - 1 });
    low = Math.max(low, range.high + 1);
  }
  if (low <= lastCodePoint) others.push({ low, high: lastCodePoint });
  return others;
}

export const anyCharacter: readonly CharacterRange[] = complementOf([]);

export const notSlash: readonly CharacterRange[] = complementOf(rangesOf('//'));

/** What words consist of where it comes to their boundaries. */
export const wordCharacters: readonly CharacterRange[] = rangesOf('09AZ__az');

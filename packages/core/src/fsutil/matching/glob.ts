import { WarmdockError } from '../../errors.js';
import { Automaton } from './automaton.js';
import {
  type CharacterRange,
  complementOf,
  contains,
  notSlash,
  oneOf,
  type Piece,
  type Place,
  single,
  sorted,
} from './expression.js';

/**
 * Compiles one pattern with the grammar of Go's `filepath.Match`: `*` and `?` stay within a path
 * element, `[a-z]` and `[^a-z]` are classes, `\` escapes. The result matches whole texts; it is
 * undefined where nothing can match: for a malformed pattern, and for one that is longer than paths are.
 */
export function compileGlob(pattern: string): Automaton | undefined {
  try {
    const pieces = chunksOf(pattern).flatMap((chunk, i) => [
      ...(i > 0 ? [anyInElement] : []),
      ...parseChunk(chunk, pattern),
    ]);
    return new Automaton([[at('start'), ...pieces, at('end')]]);
  } catch {
    return undefined;
  }
}

const anyInElement: Piece = { ...oneOf(notSlash), min: 0, max: Number.POSITIVE_INFINITY };

function at(place: Place): Piece {
  return { atom: { kind: 'place', place }, min: 1, max: 1 };
}

/**
 * Refuses what `filepath.Match(pattern, ".")` refuses, which moby asks of each pattern: an unclosed or
 * empty class, a bare `-` in a class, a trailing `\`. Go reads from star to star and stops where the
 * text cannot match any more: what is malformed behind that it does not see.
 *
 * @throws WarmdockError INVALID_ARGUMENT
 */
export function refuseMalformedGlob(pattern: string): void {
  const [first = '', second] = chunksOf(pattern).filter((chunk, i) => i > 0 || chunk !== '');
  if (isDot(parseChunk(first, pattern)) && second !== undefined) parseChunk(second, pattern);
}

/** Whether it matches the text ".", all of it: then Go reads on. */
function isDot([first, ...others]: readonly Piece[]): boolean {
  if (first?.atom.kind !== 'character' || others.length > 0) return false;
  return contains(first.atom.ranges, '.'.charCodeAt(0));
}

/** What stands between the stars that are wildcards; several in a row are one. */
function chunksOf(pattern: string): string[] {
  const chunks = [''];
  let isInClass = false;
  let wasStar = false;
  for (const token of pattern.match(/\\.|./gsu) ?? []) {
    const isStar = token === '*' && !isInClass;
    if (isStar && !wasStar) chunks.push('');
    if (!isStar) chunks[chunks.length - 1] += token;
    if (token === '[' || token === ']') isInClass = token === '[';
    wasStar = isStar;
  }
  return chunks;
}

/** The pieces of a chunk, one for each character of the text. */
function parseChunk(chunk: string, pattern: string): Piece[] {
  const characters = [...chunk];
  const pieces: Piece[] = [];
  for (let at = 0; at < characters.length; at++) {
    if (characters[at] === '[') {
      const { ranges, end } = readClass(characters, at + 1, pattern);
      pieces.push(oneOf(ranges));
      at = end;
    } else if (characters[at] === '?') pieces.push(oneOf(notSlash));
    else {
      if (characters[at] === '\\') at++;
      pieces.push(oneOf([single(codePointAt(characters, at, pattern))]));
    }
  }
  return pieces;
}

/** The class whose `[` stands before `at`; `end` is where its `]` stands. */
function readClass(characters: readonly string[], at: number, pattern: string) {
  const isNegated = characters[at] === '^';
  if (isNegated) at++;
  const ranges: CharacterRange[] = [];
  const start = at;
  while (at === start || characters[at] !== ']') {
    const low = readClassCharacter(characters, at, pattern);
    at = low.end;
    let high = low;
    if (characters[at] === '-') {
      high = readClassCharacter(characters, at + 1, pattern);
      at = high.end;
    }
    // A reversed range is well-formed for Go and holds no character.
    if (low.codePoint <= high.codePoint) ranges.push({ low: low.codePoint, high: high.codePoint });
  }
  return { ranges: isNegated ? complementOf(ranges) : sorted(ranges), end: at };
}

function readClassCharacter(characters: readonly string[], at: number, pattern: string) {
  if (characters[at] === '-' || characters[at] === ']') throw badPattern(pattern);
  if (characters[at] === '\\') at++;
  return { codePoint: codePointAt(characters, at, pattern), end: at + 1 };
}

function codePointAt(characters: readonly string[], at: number, pattern: string): number {
  const codePoint = characters[at]?.codePointAt(0);
  if (codePoint === undefined) throw badPattern(pattern);
  return codePoint;
}

function badPattern(pattern: string): WarmdockError {
  return new WarmdockError('INVALID_ARGUMENT', `pattern ${JSON.stringify(pattern)}: syntax error`, {
    hint: 'Close each "[" with "]", and escape a literal "[", "-" or "\\" with a backslash.',
  });
}

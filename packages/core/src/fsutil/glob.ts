import { WarmdockError } from '../errors.js';
import { toCharacterRange } from './go-regexp.js';

/**
 * Compiles one pattern with the strict grammar of Go's `path.Match`: `*` and `?` stay within a path
 * element, `[a-z]` and `[^a-z]` are classes, `\` escapes. The result matches whole texts.
 *
 * @throws WarmdockError INVALID_ARGUMENT for an unclosed or empty class, a bare `-` in a class, or a trailing `\`
 */
export function compileGlob(pattern: string): RegExp {
  const characters = [...pattern];
  let source = '';
  let at = 0;
  while (at < characters.length) {
    if (characters[at] === '[') {
      const charClass = readClass(pattern, characters, at + 1);
      source += charClass.source;
      at = charClass.end;
      continue;
    }
    if (characters[at] === '*') source += '[^\\/]*';
    else if (characters[at] === '?') source += '[^\\/]';
    else {
      if (characters[at] === '\\') at++;
      source += toCharacterRange(codePointAt(pattern, characters, at));
    }
    at++;
  }
  return new RegExp(`^${source}$`, 'v');
}

function readClass(pattern: string, characters: readonly string[], at: number) {
  const negated = characters[at] === '^';
  if (negated) at++;
  let ranges = '';
  const start = at;
  while (at === start || characters[at] !== ']') {
    const low = readClassCharacter(pattern, characters, at);
    at = low.end;
    let high = low;
    if (characters[at] === '-') {
      high = readClassCharacter(pattern, characters, at + 1);
      at = high.end;
    }
    // A reversed range is well-formed for Go and holds no character.
    if (low.codePoint <= high.codePoint) ranges += toCharacterRange(low.codePoint, high.codePoint);
  }
  return { source: `[${negated ? '^' : ''}${ranges}]`, end: at + 1 };
}

function readClassCharacter(pattern: string, characters: readonly string[], at: number) {
  if (characters[at] === '-' || characters[at] === ']') throw badPattern(pattern);
  if (characters[at] === '\\') at++;
  return { codePoint: codePointAt(pattern, characters, at), end: at + 1 };
}

function codePointAt(pattern: string, characters: readonly string[], at: number): number {
  const codePoint = characters[at]?.codePointAt(0);
  if (codePoint === undefined) throw badPattern(pattern);
  return codePoint;
}

function badPattern(pattern: string): WarmdockError {
  return new WarmdockError('INVALID_ARGUMENT', `pattern ${JSON.stringify(pattern)}: syntax error`, {
    hint: 'Close each "[" with "]", and escape a literal "[", "-" or "\\" with a backslash.',
  });
}

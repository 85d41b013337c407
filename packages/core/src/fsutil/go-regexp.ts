/** What a JavaScript class holds for the perl and POSIX class names of Go's `regexp`, all of them ASCII. */
const namedClasses: Readonly<Record<string, string>> = {
  d: '0-9',
  s: '\\t\\n\\f\\r\\x20',
  w: '0-9A-Za-z_',
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7f',
  blank: '\\t\\x20',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '\\x21-\\x7e',
  lower: 'a-z',
  print: '\\x20-\\x7e',
  punct: '\\x21-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7e',
  space: '\\t\\n\\v\\f\\r\\x20',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};

const controlEscapes: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };
const positionEscapes: Readonly<Record<string, string>> = { A: '^', z: '$', b: '\\b', B: '\\B' };

/** The class of one range of code points, written so that no character of it can be syntax. */
export function toCharacterRange(low: number, high = low): string {
  const first = `\\u{${low.toString(16)}}`;
  return high === low ? first : `${first}-\\u{${high.toString(16)}}`;
}

/**
 * Compiles a regular expression in the syntax of Go's `regexp`, as far as an ignore pattern can
 * produce it: literals, escapes, classes, `.`, `*`, `?`, `|`, repetitions, groups and
 * anchors.
 *
 * @throws SyntaxError where Go refuses the expression, and for `\x`, `\p`, `\Q` and octal escapes, which nobody means in a path
 */
export function compileGoRegExp(source: string): RegExp {
  const characters = [...source];
  let translated = '';
  for (let at = 0; at < characters.length; ) {
    const piece = translatePiece(characters, at);
    translated += piece.source;
    at = piece.end;
  }
  return new RegExp(translated, 'v');
}

interface Piece {
  source: string;
  /** Index of the first character behind the piece. */
  end: number;
}

function translatePiece(characters: readonly string[], at: number): Piece {
  const character = characters[at];
  if (character === '[') return readClass(characters, at + 1);
  if (character === ']') return { source: '\\]', end: at + 1 };
  if (character === '.') return { source: '[^\\n]', end: at + 1 };
  if (character === '{') return readRepetition(characters, at);
  if (character === '}') return { source: '\\}', end: at + 1 };
  if (character !== '\\') return { source: character ?? '', end: at + 1 };
  const escaped = characters[at + 1] ?? '';
  const position = positionEscapes[escaped];
  if (position !== undefined) return { source: position, end: at + 2 };
  const named = readPerlClass(characters, at);
  if (named !== undefined) return named;
  return { source: toCharacterRange(readEscape(escaped)), end: at + 2 };
}

/** `{2}`, `{2,}` or `{2,3}`; any other brace is a plain character. */
function readRepetition(characters: readonly string[], at: number): Piece {
  const repetition = /^\{(\d+)(,(\d*))?\}/.exec(characters.slice(at, at + 12).join(''));
  if (repetition === null) return { source: '\\{', end: at + 1 };
  if (Number(repetition[1]) > 1000 || Number(repetition[3]) > 1000) {
    throw new SyntaxError('repetition above 1000');
  }
  return { source: repetition[0], end: at + repetition[0].length };
}

function readClass(characters: readonly string[], at: number): Piece {
  const negated = characters[at] === '^';
  if (negated) at++;
  let source = '';
  const start = at;
  while (at === start || characters[at] !== ']') {
    const item =
      readPosixClass(characters, at) ?? readPerlClass(characters, at) ?? readRange(characters, at);
    source += item.source;
    at = item.end;
  }
  return { source: `[${negated ? '^' : ''}${source}]`, end: at + 1 };
}

function readPosixClass(characters: readonly string[], at: number): Piece | undefined {
  if (characters[at] !== '[' || characters[at + 1] !== ':') return undefined;
  const rest = characters.slice(at + 2);
  const length = rest.findIndex((character, i) => character === ':' && rest[i + 1] === ']');
  if (length < 0) return undefined;
  const negated = rest[0] === '^';
  const name = rest.slice(negated ? 1 : 0, length).join('');
  const content = name.length > 1 ? namedClasses[name] : undefined;
  if (content === undefined) throw new SyntaxError(`unknown class [:${name}:]`);
  return { source: `[${negated ? '^' : ''}${content}]`, end: at + length + 4 };
}

function readPerlClass(characters: readonly string[], at: number): Piece | undefined {
  const name = characters[at + 1];
  if (characters[at] !== '\\' || name === undefined || !'dDsSwW'.includes(name)) return undefined;
  const negated = name < 'a';
  return { source: `[${negated ? '^' : ''}${namedClasses[name.toLowerCase()]}]`, end: at + 2 };
}

function readRange(characters: readonly string[], at: number): Piece {
  const low = readClassCharacter(characters, at);
  if (characters[low.end] !== '-' || (characters[low.end + 1] ?? ']') === ']') {
    return { source: toCharacterRange(low.codePoint), end: low.end };
  }
  const high = readClassCharacter(characters, low.end + 1);
  if (high.codePoint < low.codePoint) throw new SyntaxError('class range out of order');
  return { source: toCharacterRange(low.codePoint, high.codePoint), end: high.end };
}

function readClassCharacter(characters: readonly string[], at: number) {
  const character = characters[at];
  if (character === undefined) throw new SyntaxError('class without "]"');
  if (character !== '\\') return { codePoint: character.codePointAt(0) ?? 0, end: at + 1 };
  return { codePoint: readEscape(characters[at + 1] ?? ''), end: at + 2 };
}

/** The code point that `\` and `escaped` stand for: Go takes control letters and ASCII punctuation. */
function readEscape(escaped: string): number {
  const control = controlEscapes[escaped];
  if (control !== undefined) return control;
  const codePoint = escaped.codePointAt(0) ?? Number.NaN;
  if (codePoint < 0x80 && !/[0-9A-Za-z]/.test(escaped)) return codePoint;
  throw new SyntaxError(`escape \\${escaped}`);
}

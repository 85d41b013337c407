import {
  type Atom,
  type CharacterRange,
  complementOf,
  type Expression,
  oneOf,
  type Piece,
  type Place,
  rangesOf,
  single,
  sorted,
  wordCharacters,
} from './expression.js';

/** The perl and POSIX classes of Go's `regexp`, all of them ASCII, by their names. */
const namedClasses: Readonly<Record<string, readonly CharacterRange[]>> = {
  d: rangesOf('09'),
  s: rangesOf('\t\n\f\r  '),
  w: wordCharacters,
  alnum: rangesOf('09AZaz'),
  alpha: rangesOf('AZaz'),
  ascii: rangesOf('\x00\x7f'),
  blank: rangesOf('\t\t  '),
  cntrl: rangesOf('\x00\x1f\x7f\x7f'),
  digit: rangesOf('09'),
  graph: rangesOf('\x21\x7e'),
  lower: rangesOf('az'),
  print: rangesOf('\x20\x7e'),
  punct: rangesOf('\x21\x2f\x3a\x40\x5b\x60\x7b\x7e'),
  space: rangesOf('\t\r  '),
  upper: rangesOf('AZ'),
  word: wordCharacters,
  xdigit: rangesOf('09AFaf'),
};

const controlEscapes: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };

const places: Readonly<Record<string, Place>> = {
  '^': 'start',
  $: 'end',
  '\\A': 'start',
  '\\z': 'end',
  '\\b': 'word boundary',
  '\\B': 'no word boundary',
};

const notNewline = complementOf(rangesOf('\n\n'));

/**
 * Reads a regular expression in the syntax of Go's `regexp`, as far as an ignore pattern can produce
 * it: literals, escapes, classes, `.`, `*`, `?`, `|`, repetitions, groups and anchors.
 *
 * @throws SyntaxError where Go refuses the expression, and for `\p`, which nobody means in a path
 */
export function parseGoRegExp(source: string): Expression {
  return new Parser(source).parse();
}

class Parser {
  readonly #characters: readonly string[];
  #at = 0;
  #endsPosixClasses = true;

  constructor(source: string) {
    this.#characters = [...source];
  }

  parse(): Expression {
    const expression = this.#alternatives();
    if (this.#at < this.#characters.length) throw new SyntaxError('")" without "("');
    return expression;
  }

  #peek(offset = 0): string {
    return this.#characters[this.#at + offset] ?? '';
  }

  #take(expected: string): boolean {
    const isNext =
      this.#characters.slice(this.#at, this.#at + expected.length).join('') === expected;
    if (isNext) this.#at += expected.length;
    return isNext;
  }

  #alternatives(): Expression {
    const alternatives = [this.#sequence()];
    while (this.#take('|')) alternatives.push(this.#sequence());
    return alternatives;
  }

  #sequence(): Piece[] {
    const pieces: Piece[] = [];
    while (!['', '|', ')'].includes(this.#peek())) {
      if (this.#take('\\Q')) {
        pieces.push(...this.#quoted());
        continue;
      }
      const atom = this.#atom();
      const { min, max } = this.#times() ?? { min: 1, max: 1 };
      pieces.push({ atom, min, max });
    }
    return pieces;
  }

  /** What is literal up to `\E`, or to the end. */
  #quoted(): Piece[] {
    const pieces: Piece[] = [];
    while (this.#peek() !== '' && !this.#take('\\E')) {
      pieces.push(oneOf([single(this.#peek().codePointAt(0) ?? 0)]));
      this.#at++;
    }
    return pieces;
  }

  #atom(): Atom {
    if (this.#times()) throw new SyntaxError('a repetition of nothing, or of a repetition');
    if (this.#take('[')) return { kind: 'character', ranges: this.#class() };
    if (this.#take('(')) return this.#group();
    if (this.#take('.')) return { kind: 'character', ranges: notNewline };
    const place = this.#place();
    if (place !== undefined) return { kind: 'place', place };
    return { kind: 'character', ranges: this.#perlClass() ?? [single(this.#character())] };
  }

  #group(): Atom {
    const expression = this.#alternatives();
    if (!this.#take(')')) throw new SyntaxError('"(" without ")"');
    return { kind: 'group', expression };
  }

  #place(): Place | undefined {
    const name = this.#peek() === '\\' ? `\\${this.#peek(1)}` : this.#peek();
    const place = places[name];
    if (place !== undefined) this.#at += name.length;
    return place;
  }

  /** `*`, `+`, `?`, `{2}`, `{2,}` or `{2,3}`; any other brace is a plain character. */
  #times(): { min: number; max: number } | undefined {
    if (this.#take('*')) return { min: 0, max: Number.POSITIVE_INFINITY };
    if (this.#take('+')) return { min: 1, max: Number.POSITIVE_INFINITY };
    if (this.#take('?')) return { min: 0, max: 1 };
    if (this.#peek() !== '{') return undefined;
    const text = this.#characters.slice(this.#at, this.#at + 24).join('');
    const [braces, low, comma, high] = /^\{(\d+)(,(\d*))?\}/.exec(text) ?? [];
    if (braces === undefined) return undefined;
    this.#at += braces.length;
    const min = Number(low);
    const max = comma === undefined ? min : high ? Number(high) : Number.POSITIVE_INFINITY;
    if (min > 1000 || min > max || (max > 1000 && high))
      throw new SyntaxError(`repetition ${braces}`);
    return { min, max };
  }

  /** What is left of a class behind its `[`. */
  #class(): CharacterRange[] {
    const isNegated = this.#take('^');
    const ranges: CharacterRange[] = [];
    for (let isFirst = true; isFirst || !this.#take(']'); isFirst = false)
      ranges.push(...(this.#posixClass() ?? this.#perlClass() ?? [this.#range()]));
    return isNegated ? complementOf(ranges) : sorted(ranges);
  }

  #posixClass(): readonly CharacterRange[] | undefined {
    if (this.#peek() !== '[' || this.#peek(1) !== ':') return undefined;
    const end = this.#posixEnd();
    if (end < 0) return undefined;
    const name = this.#characters.slice(this.#at + 2, end).join('');
    const isNegated = name.startsWith('^');
    const ranges = name.length > 2 ? namedClasses[name.slice(isNegated ? 1 : 0)] : undefined;
    if (ranges === undefined) throw new SyntaxError(`unknown class [:${name}:]`);
    this.#at = end + 2;
    return isNegated ? complementOf(ranges) : ranges;
  }

  /** Where the next `:]` stands; once there is none, nobody has to look again. */
  #posixEnd(): number {
    if (this.#endsPosixClasses) {
      const { length } = this.#characters;
      for (let at = this.#at + 2; at < length - 1; at++)
        if (this.#characters[at] === ':' && this.#characters[at + 1] === ']') return at;
    }
    this.#endsPosixClasses = false;
    return -1;
  }

  #perlClass(): readonly CharacterRange[] | undefined {
    const name = this.#peek(1);
    if (this.#peek() !== '\\' || name === '' || !'dDsSwW'.includes(name)) return undefined;
    this.#at += 2;
    const ranges = namedClasses[name.toLowerCase()] ?? [];
    return name < 'a' ? complementOf(ranges) : ranges;
  }

  #range(): CharacterRange {
    const low = this.#character();
    if (this.#peek() !== '-' || ['', ']'].includes(this.#peek(1))) return single(low);
    this.#at++;
    const high = this.#character();
    if (high < low) throw new SyntaxError('class range out of order');
    return { low, high };
  }

  /** A character, perhaps escaped: Go takes control letters, digits and ASCII punctuation behind `\`. */
  #character(): number {
    const character = this.#characters[this.#at++];
    if (character === undefined) throw new SyntaxError('class without "]"');
    if (character !== '\\') return character.codePointAt(0) ?? 0;
    return this.#digits() ?? this.#escaped();
  }

  /** A code point in hexadecimal, `x41` or `x{41}`, or in octal, `101`. */
  #digits(): number | undefined {
    const text = this.#characters.slice(this.#at, this.#at + 12).join('');
    const [digits, hex, braced, octal] =
      /^(?:x([0-9A-Fa-f]{2})|x\{([0-9A-Fa-f]+)\}|(0[0-7]{0,2}|[1-7][0-7]{1,2}))/.exec(text) ?? [];
    if (digits === undefined) return undefined;
    this.#at += digits.length;
    const codePoint =
      octal === undefined ? Number.parseInt(hex ?? braced ?? '', 16) : Number.parseInt(octal, 8);
    if (codePoint > 0x10ffff) throw new SyntaxError(`character \\${digits}`);
    return codePoint;
  }

  #escaped(): number {
    const escaped = this.#characters[this.#at++] ?? '';
    const control = controlEscapes[escaped];
    if (control !== undefined) return control;
    const codePoint = escaped.codePointAt(0) ?? Number.NaN;
    if (codePoint < 0x80 && !/[0-9A-Za-z]/.test(escaped)) return codePoint;
    throw new SyntaxError(`escape \\${escaped}`);
  }
}

import { stripVTControlCharacters } from 'node:util';

/** One column each. */
const narrow = /^[\x20-\x7e]*$/;
const control = /[^\x20-\x7e\xa0-\u{10ffff}]/gu;
/** No columns: marks on the character before them, and what joins characters. */
const combining = lazyRegExp('^[\\p{Mn}\\p{Me}\\p{Cf}]$');
/** Two columns: what Unicode calls wide, and some of the half-width letters of those scripts. */
const wide = lazyRegExp(
  '^[\\p{scx=Han}\\p{scx=Hangul}\\p{scx=Hiragana}\\p{scx=Katakana}\\p{scx=Bopomofo}\\p{scx=Yi}\\p{scx=Tangut}' +
    '\\p{Emoji_Presentation}\\u3000-\\u4dff\\uff01-\\uff60\\uffe0-\\uffe6]$',
);

/** A literal with Unicode properties takes a millisecond to parse, of each start. */
function lazyRegExp(source: string): (text: string) => boolean {
  let made: RegExp | undefined;
  return (text) => {
    made ??= new RegExp(source, 'u');
    return made.test(text);
  };
}

/**
 * How many columns of a terminal a text takes, colours not counted.
 *
 * At most: emoji that are joined from several count each. What knows them (`Intl.Segmenter`) takes
 * 8 ms to start, and a line that is too long breaks the display where one that is short does not.
 */
export function widthOf(text: string): number {
  if (narrow.test(text)) return text.length;
  let width = 0;
  for (const character of stripVTControlCharacters(text)) width += columnsOf(character);
  return width;
}

/** As much of a text's beginning as fits into so many columns. */
export function cut(text: string, columns: number): string {
  if (narrow.test(text)) return text.slice(0, Math.max(0, columns));
  let left = columns;
  let end = 0;
  for (const character of text) {
    left -= columnsOf(character);
    if (left < 0) break;
    end += character.length;
  }
  return text.slice(0, end);
}

function columnsOf(character: string): number {
  if (combining(character)) return 0;
  return wide(character) ? 2 : 1;
}

/** A text as lines of at most so many columns. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (let rest = text; rest !== ''; ) {
    const line = cut(rest, columns);
    if (line === '') break;
    lines.push(line);
    rest = rest.slice(line.length);
  }
  return lines;
}

export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - widthOf(text)));
}

/** What of a text stands in one line of a terminal: programs overwrite lines after a carriage return. */
export function oneLine(text: string): string {
  const overwritten = text.trimEnd().split('\r').at(-1) ?? '';
  return stripVTControlCharacters(overwritten).replaceAll('\t', ' ').replace(control, '');
}

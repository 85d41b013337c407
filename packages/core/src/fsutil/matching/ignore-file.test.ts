import { expect, it } from 'vitest';
import { parseIgnoreFile } from './ignore-file.js';

it.each<[rule: string, text: string, patterns: string[]]>([
  ['an empty file has no patterns', '', []],
  ['one pattern a line, with any line end', 'a\nb\r\nc', ['a', 'b', 'c']],
  ['blank lines do not count', '\n  \n\t\r\na\n', ['a']],
  ['`#` at the very start is a comment', '# x\n#y\n #z\na#b', ['#z', 'a#b']],
  ['a byte order mark is dropped at the start only', '\ufeff# x\na\n\ufeffb', ['a', '\ufeffb']],
  ['space around is dropped', '  a b \t', ['a b']],
  ['patterns are cleaned', 'a//b/./c/../\nd/', ['a/b', 'd']],
  ['a leading slash means the context', '/a\n/b/c\n/', ['a', 'b/c', '/']],
  ['nothing climbs out from the root', '/../a\n../a', ['a', '../a']],
  ['an exception is cleaned behind its mark', '! /a/\n!./b', ['!a', '!b']],
  ['a lone mark stays, for the matcher to refuse', '!', ['!']],
])('%s', (_rule, text, patterns) => {
  expect(parseIgnoreFile(text)).toEqual(patterns);
});

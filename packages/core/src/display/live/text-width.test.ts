import { expect, test } from 'vitest';
import { cut, oneLine, padEnd, widthOf, wrap } from './text-width.js';

test.each([
  ['abc', 3],
  ['\u001b[34mabc\u001b[39m', 3],
  ['漢字', 4],
  ['é', 1],
  ['e\u0301', 1],
  ['✨a', 3],
])('%j takes %i columns', (text, width) => {
  expect(widthOf(text)).toBe(width);
});

test.each([
  ['abc', 2, 'ab'],
  ['abc', -1, ''],
  ['漢字', 3, '漢'],
  ['e\u0301x', 1, 'e\u0301'],
])('%j in %i columns is %j', (text, columns, expected) => {
  expect(cut(text, columns)).toBe(expected);
});

test.each([
  ['abcde', 2, ['ab', 'cd', 'e']],
  ['漢字x', 3, ['漢', '字x']],
  ['', 3, []],
  ['漢', 1, []],
])('%j is wrapped at %i columns', (text, columns, lines) => {
  expect(wrap(text, columns)).toEqual(lines);
});

test('padding counts columns', () => {
  expect([padEnd('漢', 4), padEnd('abc', 2)]).toEqual(['漢  ', 'abc']);
});

test.each([
  ['10%\r20%\n', '20%'],
  ['a\tb', 'a b'],
  ['\u0007\u001b[1mbold\u001b[0m\b', 'bold'],
])('of %j one line shows %j', (text, expected) => {
  expect(oneLine(text)).toBe(expected);
});

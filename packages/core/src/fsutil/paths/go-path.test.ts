import { expect, it } from 'vitest';
import { cleanPath, joinPath, trimSpace } from './go-path.js';

it.each([
  ['', '.'],
  ['/', '/'],
  ['a/', 'a'],
  ['a//b/', 'a/b'],
  ['./a/.', 'a'],
  ['a/..', '.'],
  ['../a/..', '..'],
  ['/../a', '/a'],
  ['a/../../b', '../b'],
])('cleanPath(%j) is %j', (path, clean) => {
  expect(cleanPath(path)).toBe(clean);
});

it.each([
  [[], ''],
  [['', ''], ''],
  [['a', '', 'b'], 'a/b'],
  [['.', '/a/'], 'a'],
  [['/', 'a', '../../b'], '/b'],
])('joinPath(...%j) is %j', (parts, joined) => {
  expect(joinPath(...parts)).toBe(joined);
});

it('trimSpace takes what Go calls space and nothing else', () => {
  expect(trimSpace(' \t\u0085\u00a0\u3000a b\u2028\v\n')).toBe('a b');
  expect(trimSpace('\ufeffa\u200b')).toBe('\ufeffa\u200b');
});

it('trimSpace passes over a long row of spaces within a text once', () => {
  const text = `a${' '.repeat(1_000_000)}b`;
  expect(trimSpace(` ${text} `)).toBe(text);
});

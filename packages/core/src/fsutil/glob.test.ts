import { expect, it } from 'vitest';
import { compileGlob } from './glob.js';

it.each<[glob: string, matching: string[], other: string[]]>([
  ['*', ['', 'abc', '*'], ['a/b']],
  ['a*c', ['ac', 'abbc'], ['a/c', 'acd']],
  ['?', ['a', '☺', '😀'], ['', 'ab', '/']],
  ['[a-c]', ['a', 'c'], ['d', 'ab']],
  ['[^a]', ['b', '😀', '/'], ['a', '']],
  ['[?*]', ['?', '*'], ['a']],
  ['[[:alpha:]]', [':]', 'a]', '[]'], ['b', 'a']],
  ['[\\]\\-x]', [']', '-', 'x'], ['\\']],
  ['[z-a]', [], ['a', 'z', '']],
  ['\\*.{$^|', ['*.{$^|'], ['a.{$^|']],
  ['a\nb?', ['a\nb\n'], ['ab']],
])('%j matches whole texts by the strict grammar', (glob, matching, other) => {
  const compiled = compileGlob(glob);
  expect(matching.filter((text) => !compiled.test(text))).toEqual([]);
  expect(other.filter((text) => compiled.test(text))).toEqual([]);
});

it.each(['[', '[]', '[]a]', '[^]', '[a', '[-]', '[a-', '[a-]', '\\', '[\\'])(
  '%s is malformed',
  (glob) => {
    expect(() => compileGlob(glob)).toThrowError(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
  },
);

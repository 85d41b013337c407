import { expect, it } from 'vitest';
import { compileGlob, refuseMalformedGlob } from './glob.js';

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
  expect(matching.filter((text) => !compiled?.test(text))).toEqual([]);
  expect(other.filter((text) => compiled?.test(text))).toEqual([]);
});

it.each(['[', '[]', '[]a]', '[^]', '[a', '[-]', '[a-', '[a-]', '\\', '[\\'])(
  '%s is malformed, and matches nothing',
  (glob) => {
    expect(compileGlob(glob)).toBeUndefined();
    const refusal = expect.objectContaining({ code: 'INVALID_ARGUMENT' });
    expect(() => refuseMalformedGlob(glob)).toThrowError(refusal);
    expect(() => refuseMalformedGlob(`*${glob}`)).toThrowError(refusal);
    expect(() => refuseMalformedGlob(`?*${glob}`)).toThrowError(refusal);
  },
);

it.each(['a*[', 'a*[a-]', '*a*[', '??*\\', '*[^.]*[', '**a*[-]'])(
  'Go does not look far enough to refuse %s',
  (glob) => {
    expect(() => refuseMalformedGlob(glob)).not.toThrow();
    expect(compileGlob(glob)).toBeUndefined();
  },
);

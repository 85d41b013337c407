import { describe, expect, it } from 'vitest';
import { toBytePath } from '../paths/byte-path.js';
import { type MatchInfo, PatternMatcher } from './patterns.js';

/** Walks down to `path` as a transfer does, each directory matched with what its parent matched. */
function matchFromTop(patterns: string[], path: string): boolean {
  const matcher = new PatternMatcher(patterns);
  const elements = toBytePath(path).split('/');
  let parent: MatchInfo | undefined;
  for (let i = 1; i < elements.length; i++) {
    parent = matcher.matchInfo(elements.slice(0, i).join('/'), parent);
  }
  return matcher.matches(elements.join('/'), parent);
}

describe('a single pattern', () => {
  it.each<[rule: string, pattern: string, matching: string[], other: string[]]>([
    [
      'a plain path is one path',
      'src/main.ts',
      ['src/main.ts'],
      ['main.ts', 'src/main.tsx', 'lib/src/main.ts'],
    ],
    [
      'what matches a directory matches all below',
      'build',
      ['build', 'build/a/b'],
      ['builds', 'x/build'],
    ],
    [
      '`*` stays within one element',
      '*.log',
      ['a.log', '.log', 'a.log/x'],
      ['logs/a.log', 'a.logs'],
    ],
    [
      '`*` in the middle',
      'src/*/index.ts',
      ['src/a/index.ts'],
      ['src/index.ts', 'src/a/b/index.ts'],
    ],
    [
      '`?` is one character',
      'v?.txt',
      ['v1.txt', 'vé.txt', 'v😀.txt'],
      ['v.txt', 'v12.txt', 'v/.txt'],
    ],
    [
      '`**/` in front also matches at the top',
      '**/tmp',
      ['tmp', 'a/tmp', 'a/b/tmp', 'a/tmp/x'],
      ['atmp', 'tmp2'],
    ],
    ['`**` in front without a slash is any suffix', '**.md', ['a.md', 'docs/b.md'], ['a.md5']],
    [
      '`/**` is all inside, not the directory',
      'dist/**',
      ['dist/a', 'dist/a/b'],
      ['dist', 'dist2/a'],
    ],
    [
      '`**` at the end without a slash is any prefix',
      'lib**',
      ['lib', 'library/x', 'lib/y'],
      ['alib'],
    ],
    [
      '`**` in the middle is any number of elements',
      'a/**/z',
      ['a/z', 'a/b/z', 'a/b/c/z'],
      ['az', 'b/a/z'],
    ],
    ['`**` alone is everything', '**', ['a', 'a/b'], []],
    ['`**` on both sides', '**/gen/**', ['gen/a', 'x/gen/a'], ['gen', 'generated/a']],
    ['two wildcards', '**/*.o', ['a.o', 'x/y/b.o'], ['a.obj']],
    ['a class', '[a-c]x', ['ax', 'cx'], ['dx', 'abx', '[a-c]x']],
    ['a negated class, which counts characters', '[^a-c]x', ['dx', 'éx'], ['ax', 'x']],
    ['a class of characters beyond ASCII', '[α-ω]', ['β'], ['b']],
    ['a POSIX class', '[[:digit:]]x', ['1x'], ['ax', ':x']],
    ['a backslash escapes a wildcard', 'a\\*b', ['a*b'], ['ab', 'axb']],
    ['a backslash escapes a bracket', '\\[x]', ['[x]'], ['x']],
    [
      'signs of regular expressions are plain',
      'a.b+(c)$*',
      ['a.b+(c)$', 'a.b+(c)$d'],
      ['aXb+(c)$', 'a.bb(c)$'],
    ],
    ['a stray closing bracket is plain', '*]', [']', 'a]'], ['a']],
    ['space around and a trailing slash do not count', '  out/ ', ['out', 'out/x'], [' out']],
    ['it is cleaned', './a//b/../c/.', ['a/c'], ['a/b']],
    ['a leading slash matches nothing: ignore files drop it', '/a', [], ['a']],
    ['wildcards expand within a class, as in the reference', '[?]', ['/]', '[]'], ['?', 'a']],
    ['a wildcard makes `|` an alternative, as in the reference', '*a|b', ['xb', 'b', 'a'], ['c']],
    ['a wildcard makes `{2}` a repetition, as in the reference', 'a{2}*', ['aab'], ['a{2}b']],
    ['braces that repeat nothing are plain', '*.{js,ts}', ['a.{js,ts}'], ['a.js']],
    ['names need not be UTF-8 to match', 'x*', ['x\ufffd'], ['y\ufffd']],
  ])('%s: %s', (_rule, pattern, matching, other) => {
    expect(matching.filter((path) => !matchFromTop([pattern], path))).toEqual([]);
    expect(other.filter((path) => matchFromTop([pattern], path))).toEqual([]);
  });
});

describe('several patterns', () => {
  it.each<[rule: string, patterns: string[], matching: string[], other: string[]]>([
    ['blank ones are left out', ['', '  ', 'a'], ['a'], ['b']],
    ['`!` takes back', ['*.md', '!README.md'], ['a.md'], ['README.md']],
    ['the last one that matches decides', ['*.md', '!R*', 'README.md'], ['README.md'], ['R.md']],
    ['`!` first has nothing to take back', ['!a', 'a'], ['a'], []],
    [
      '`!` takes back below an excluded directory',
      ['docs', '!docs/a'],
      ['docs', 'docs/b'],
      ['docs/a', 'docs/a/x'],
    ],
    ['`!` of a directory takes back all below', ['**', '!src'], ['a'], ['src', 'src/a/b']],
    ['a directory matched again below', ['*', '!src', 'src/gen'], ['src/gen/x'], ['src/x']],
    [
      '`!` with wildcards',
      ['node_modules', '!**/keep.js'],
      ['node_modules/a.js'],
      ['node_modules/p/keep.js'],
    ],
    ['an exception not asked about the parent takes nothing back', ['a/b', '!a'], ['a/b'], ['a']],
  ])('%s: %j', (_rule, patterns, matching, other) => {
    expect(matching.filter((path) => !matchFromTop(patterns, path))).toEqual([]);
    expect(other.filter((path) => matchFromTop(patterns, path))).toEqual([]);
  });
});

describe('malformed patterns', () => {
  it.each(['[', 'a[', '[]a]', '[-a]', '[a-]', '[a', '[^', '[a-b-c]', 'a\\', '*[a', '!', ' ! '])(
    '%s is refused',
    (pattern) => {
      expect(() => new PatternMatcher(['ok', pattern])).toThrowError(
        expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
      );
    },
  );

  it.each([
    '[z-a]',
    '[[:nothing:]]',
    '\\1*',
    '\\é*',
    'a*[',
    'a{1001}*',
    `a*${'?{1000}'.repeat(20)}`,
  ])('%s is refused once it is needed', (pattern) => {
    const unneeded = new PatternMatcher([`!${pattern}`]);
    expect(unneeded.matches('a')).toBe(false);
    const needed = new PatternMatcher([pattern]);
    const refusal = expect.objectContaining({ code: 'INVALID_ARGUMENT' });
    expect(() => needed.matches('a')).toThrowError(refusal);
    expect(() => needed.matches('a')).toThrowError(refusal);
  });
});

it('takes `a*[a-]`, which only looks malformed, as a class with a hyphen', () => {
  expect(matchFromTop(['a*[a-]'], 'ab-')).toBe(true);
  expect(matchFromTop(['a*[a-]'], 'abc')).toBe(false);
});

it('answers at once for a pattern that could match a name in very many ways', () => {
  expect(matchFromTop(['*a*a*a*a*a*a*a*a*b'], 'a'.repeat(250))).toBe(false);
});

it.each([
  ['classes of many characters, many times', `[${'az'.repeat(5000)}]{0,1000}*`],
  ['many named classes', `*[${'[:alpha:]'.repeat(2000)}]`],
  ['many stars', `${'*a'.repeat(100)}*`],
])('answers soon, however long the pattern is: %s', (_what, pattern) => {
  expect(matchFromTop([pattern], 'az'.repeat(100))).toBe(true);
});

it.each([
  ['classes that are never closed', `*[${'[:'.repeat(10_000)}]`],
  ['many brackets', `*${'['.repeat(10_000)}`],
  ['many repetitions', `*${'a{0,900}'.repeat(20)}b`],
  ['many spaces', `*a${' '.repeat(50_000)}b`],
])('refuses a pattern that no Dockerfile has: %s', (_what, pattern) => {
  const refusal = expect.objectContaining({ code: 'INVALID_ARGUMENT' });
  expect(() => matchFromTop([pattern], 'az'.repeat(100))).toThrowError(refusal);
});

it('knows whether it has exceptions', () => {
  expect(new PatternMatcher(['a', '!b']).hasExceptions).toBe(true);
  expect(new PatternMatcher(['a']).hasExceptions).toBe(false);
});

import { expect, it } from 'vitest';
import { makeTree, type Node, walkedPaths } from '../sending/tree.testing.js';
import { resolveRoot } from '../sending/walk.js';
import { createFilter, type FilterOptions } from './filter.js';

const project: Record<string, Node> = {
  '.dockerignore': '',
  'docs/a.md': '',
  'docs/img/b.png': '',
  'lib/deep/er/x.js': '',
  'lib/y.js': '',
  link: { symlink: 'lib/deep' },
  'node_modules/p/index.js': '',
  'node_modules/q/keep/z.js': '',
  'src/main.ts': '',
  'src/main.test.ts': '',
};

function kept(options: FilterOptions, tree = project): string {
  const root = makeTree(tree);
  return walkedPaths(root, createFilter(resolveRoot(root), options)).join(' ');
}

it.each<[rule: string, options: FilterOptions, kept: string]>([
  [
    'includes come with the directories on their way',
    { include: ['lib/deep/er'] },
    'lib lib/deep lib/deep/er lib/deep/er/x.js',
  ],
  [
    'a directory whose includes match nothing is not told of',
    { include: ['lib/n*', 'src/main.ts'] },
    'src src/main.ts',
  ],
  ['includes with wildcards', { include: ['**/*.md'] }, 'docs docs/a.md'],
  ['an include of all inside', { include: ['src/*'] }, 'src src/main.test.ts src/main.ts'],
  ['an include with an exception', { include: ['src', '!**/*.test.ts'] }, 'src src/main.ts'],
  ['includes of nothing keep nothing', { include: [''] }, ''],
  [
    'excludes',
    { exclude: ['node_modules', 'lib', 'docs', '.*', 'link'] },
    'src src/main.test.ts src/main.ts',
  ],
  ['an exclude of everything', { exclude: ['**'] }, ''],
  [
    'an exception below an excluded directory',
    { exclude: ['*', '!lib/deep'] },
    'lib lib/deep lib/deep/er lib/deep/er/x.js',
  ],
  [
    'an exception with wildcards',
    { exclude: ['*', '!**/keep'] },
    'node_modules node_modules/q node_modules/q/keep node_modules/q/keep/z.js',
  ],
  [
    'includes and excludes',
    { include: ['docs', 'src'], exclude: ['**/img', '*/*.test.ts'] },
    'docs docs/a.md src src/main.ts',
  ],
  ['follow paths are includes', { followPaths: ['src/main.ts'] }, 'src src/main.ts'],
  [
    'follow paths bring the targets of links',
    { followPaths: ['link'] },
    'lib lib/deep lib/deep/er lib/deep/er/x.js link',
  ],
  [
    'follow paths join includes',
    { include: ['docs/a.md'], followPaths: ['lib/y.js'] },
    'docs docs/a.md lib lib/y.js',
  ],
  [
    'what is excluded stays out even if followed',
    { followPaths: ['link'], exclude: ['lib/deep/er'] },
    'lib lib/deep link',
  ],
])('%s', (_rule, options, expected) => {
  expect(kept(options)).toBe(expected);
});

it('keeps everything where nothing is said, or the root is followed', () => {
  const root = resolveRoot(makeTree(project));
  expect(createFilter(root, {})).toBeUndefined();
  expect(createFilter(root, { include: [], exclude: [], followPaths: [] })).toBeUndefined();
  expect(createFilter(root, { followPaths: ['.'] })).toBeUndefined();
});

it('keeps what is included where the root is followed beside includes', () => {
  expect(kept({ include: ['docs/a.md'], followPaths: ['/'] })).toBe('docs docs/a.md');
});

it('does not look into directories which hold nothing wanted', () => {
  const root = resolveRoot(makeTree({}));
  const exclude = createFilter(root, { exclude: ['a', '!b/c', '!d/**'] });
  const include = createFilter(root, { include: ['a/b', 'c/*'] });
  expect(exclude?.judge('a')).toBe('prune');
  expect(createFilter(root, { exclude: ['*', '!b/c'] })?.judge('b')).toBe('descend');
  expect(createFilter(root, { exclude: ['*', '!**/c'] })?.judge('a')).toBe('descend');
  expect(['a', 'a/b', 'a/c', 'b', 'c'].map((path) => include?.judge(path))).toEqual([
    'descend',
    'keep',
    'prune',
    'prune',
    'descend',
  ]);
});

it('refuses malformed patterns', () => {
  const root = resolveRoot(makeTree({}));
  const refusal = expect.objectContaining({ code: 'INVALID_ARGUMENT' });
  for (const key of ['include', 'exclude', 'followPaths']) {
    expect(() => createFilter(root, { [key]: ['['] })).toThrowError(refusal);
  }
});

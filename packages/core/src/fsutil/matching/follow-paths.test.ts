import { chmodSync } from 'node:fs';
import { expect, it } from 'vitest';
import { asUnprivileged, directory, makeTree, type Node } from '../sending/tree.testing.js';
import { resolveRoot } from '../sending/walk.js';
import { resolveFollowPaths } from './follow-paths.js';

const link = (symlink: string): Node => ({ symlink });

it.each<
  [rule: string, tree: Record<string, Node>, paths: string[], resolved: string[] | undefined]
>([
  ['plain paths stay', { a: '', 'd/b': '' }, ['d/b', 'a'], ['a', 'd/b']],
  ['what does not exist stays', { a: '' }, ['x/y', 'a/z'], ['a/z', 'x/y']],
  ['a link and its target', { l: link('d/t'), 'd/t': '' }, ['l'], ['d/t', 'l']],
  [
    'a chain of links',
    { l1: link('d/l2'), 'd/l2': link('t'), 'd/t': '' },
    ['l1'],
    ['d/l2', 'd/t', 'l1'],
  ],
  [
    'an absolute target is taken from the root of the tree',
    { l: link('/d/t'), 'd/t': '' },
    ['l'],
    ['d/t', 'l'],
  ],
  ['a link on the way', { l: link('d'), 'd/t': '' }, ['l/t'], ['d/t', 'l']],
  ['a target above the root is held at the root', { l: link('../../t'), t: '' }, ['l'], ['l', 't']],
  ['links in a circle', { a: link('b'), b: link('a'), c: link('c') }, ['a', 'c'], ['a', 'b', 'c']],
  ['a link into itself', { a: link('a/b') }, ['a/x'], ['a']],
  [
    'wildcards stay, and their links are followed',
    { 'd/l1': link('/t'), 'd/l2': '', t: '' },
    ['d/l*'],
    ['d/l*', 't'],
  ],
  ['wildcards at the top', { ab: link('d/t'), ac: '', 'd/t': '' }, ['a?'], ['a?', 'd/t']],
  ['an escaped wildcard is a plain name', { '*': link('t'), t: '' }, ['\\*'], ['\\*']],
  ['what lies below another path goes without saying', { 'd/a': '' }, ['d', 'd/a', 'd/b/c'], ['d']],
  ['what only begins alike does not', {}, ['de', 'd', 'd/e'], ['d', 'de']],
  ['the root is everything', { a: '' }, ['a', '.'], undefined],
  ['a link to the root is everything', { l: link('/') }, ['l'], undefined],
  ['paths are cleaned', {}, ['./a//b/', '/c'], ['a/b', 'c']],
  ['a path out of the tree is not looked at', {}, ['../x', '../../etc/*'], ['../../etc/*', '../x']],
  ['a malformed wildcard matches nothing', { ab: link('t'), t: '' }, ['a*[b'], ['a*[b']],
  [
    'a wildcard that could match in very many ways',
    { ['a'.repeat(250)]: link('t'), t: '' },
    ['*a*a*a*a*a*a*b'],
    ['*a*a*a*a*a*a*b'],
  ],
  ['names beyond ASCII', { é: link('ü'), ü: '' }, ['é'], ['é', 'ü']],
])('%s', (_rule, tree, paths, resolved) => {
  expect(resolveFollowPaths(resolveRoot(makeTree(tree)), paths)).toEqual(resolved);
});

it('fails on a directory that may not be read', () => {
  const root = makeTree({ d: directory });
  chmodSync(root, 0o755);
  chmodSync(`${root}/d`, 0);
  const follow = () => asUnprivileged(() => resolveFollowPaths(resolveRoot(root), ['d/*']));
  expect(follow).toThrowError(expect.objectContaining({ code: 'PERMISSION_DENIED' }));
});

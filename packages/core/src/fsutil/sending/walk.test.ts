import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createFilter } from '../matching/filter.js';
import { type Entry, GoMode } from '../wire/entry.js';
import { asUnprivileged, directory, makeTree, walkedPaths } from './tree.testing.js';
import { resolveRoot, walkTree } from './walk.js';

function walked(root: string): Entry[] {
  return [...walkTree(resolveRoot(root))].filter((entry) => entry !== undefined);
}

describe('resolveRoot', () => {
  it('follows links to the tree', () => {
    const root = makeTree({ 'd/a': '', l: { symlink: 'd' } });
    expect(resolveRoot(`${root}/l`)).toBe(resolveRoot(`${root}/d`));
    expect(walkedPaths(`${root}/l`)).toEqual(['a']);
  });

  it.each([
    ['x', 'NOT_FOUND'],
    ['f', 'INVALID_ARGUMENT'],
    ['f/x', 'NOT_FOUND'],
  ])('refuses %s', (path, code) => {
    const root = makeTree({ f: '' });
    expect(() => resolveRoot(`${root}/${path}`)).toThrowError(expect.objectContaining({ code }));
  });
});

describe('order', () => {
  it('is depth first, `/` before every other character', () => {
    const names = ['a b', 'a-b', 'a.b', 'a', 'a0', 'B', 'a/z/y', 'a/z-', 'Z/q'];
    const tree = Object.fromEntries(names.filter((name) => name !== 'a').map((name) => [name, '']));
    expect(walkedPaths(makeTree(tree)).join(' ')).toBe('B Z Z/q a a/z a/z/y a/z- a b a-b a.b a0');
  });

  it('is that of the bytes of names', () => {
    const names = ['z', 'é', '\ue000', '😀', 'e\u0301'];
    const tree = Object.fromEntries(names.map((name) => [name, '']));
    expect(walkedPaths(makeTree(tree))).toEqual(['e\u0301', 'z', 'é', '\ue000', '😀']);
  });
});

describe('entries', () => {
  it('have the times of their files to the nanosecond, and sizes', () => {
    const root = makeTree({ a: 'four', 'd/x': '', l: { symlink: 'nowhere' } });
    utimesSync(`${root}/a`, 1_700_000_000, 1_700_000_000);
    execFileSync('touch', ['-d', '@1700000000.999999999', `${root}/d`]);
    const [a, d, , l] = walked(root);
    expect(a).toMatchObject({ sizeBytes: 4, mtimeNs: 1_700_000_000_000_000_000n, linkname: '' });
    expect(d).toMatchObject({ sizeBytes: 0, mtimeNs: 1_700_000_000_999_999_999n });
    expect(l).toMatchObject({ sizeBytes: 7, linkname: 'nowhere' });
  });

  it('are never behind a symbolic link', () => {
    const outside = makeTree({ secret: '' });
    const root = makeTree({ l: { symlink: outside }, m: { symlink: '.' } });
    expect(walkedPaths(root)).toEqual(['l', 'm']);
  });

  it('keep names that are not UTF-8', () => {
    const root = makeTree({});
    mkdirSync(Buffer.concat([Buffer.from(`${root}/d`), Buffer.from([0xff])]));
    writeFileSync(Buffer.concat([Buffer.from(`${root}/d`), Buffer.from([0xff, 0x2f, 0xfe])]), '');
    expect(walked(root).map(({ path }) => path)).toEqual(['d\xff', 'd\xff/\xfe']);
  });

  it('include fifos, and sockets as empty files', async () => {
    const root = makeTree({ a: '' });
    execFileSync('mkfifo', [`${root}/f`]);
    const server = createServer().listen(`${root}/s`);
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    expect(
      walked(root).map(({ path, mode, sizeBytes }) => [path, mode & GoMode.type, sizeBytes]),
    ).toEqual([
      ['a', 0, 0],
      ['f', GoMode.fifo, 0],
      ['s', 0, 0],
    ]);
  });
});

describe('hard links', () => {
  const tree = {
    'a/one': 'abc',
    'a/two': { hardLink: 'a/one' },
    b: { hardLink: 'a/one' },
    c: 'abc',
  } as const;

  it('name the first path, and keep their size', () => {
    const links = walked(makeTree(tree)).map(({ path, linkname, sizeBytes }) => [
      path,
      linkname,
      sizeBytes,
    ]);
    expect(links).toEqual([
      ['a', '', 0],
      ['a/one', '', 3],
      ['a/two', 'a/one', 3],
      ['b', 'a/one', 3],
      ['c', '', 3],
    ]);
  });

  it('name the first path that is sent', () => {
    const root = resolveRoot(makeTree(tree));
    const links = [...walkTree(root, createFilter(root, { exclude: ['a/one'] }))].map(
      (entry) => entry?.linkname,
    );
    expect(links).toEqual(['', '', 'a/two', '']);
  });

  it('of a symbolic link are symbolic links', () => {
    const root = makeTree({ l: { symlink: 't' }, m: { hardLink: 'l' } });
    expect(walked(root).map(({ linkname }) => linkname)).toEqual(['t', 't']);
  });
});

describe('what changes or may not be read', () => {
  it('leaves out what vanishes during the walk', () => {
    const root = makeTree({ 'a/x': '', b: '', 'c/y': '', d: '' });
    const walk = walkTree(resolveRoot(root));
    expect(walk.next().value?.path).toBe('a');
    for (const path of ['a', 'b']) rmSync(`${root}/${path}`, { recursive: true });
    expect([...walk].map((entry) => entry?.path)).toEqual(['c', 'c/y', 'd']);
  });

  it('does not follow a link put in place of a directory', () => {
    const outside = makeTree({ secret: '' });
    const root = makeTree({ 'a/x': '', b: '' });
    const walk = walkTree(resolveRoot(root));
    rmSync(`${root}/a`, { recursive: true });
    symlinkSync(outside, `${root}/a`);
    expect([...walk].map((entry) => entry?.path)).toEqual(['a', 'b']);
  });

  it('fails on a secret directory, unless it is excluded', () => {
    const root = makeTree({ 'd/secret': directory, e: '' });
    chmodSync(root, 0o755);
    chmodSync(`${root}/d/secret`, 0);
    const walkWith = (exclude: string[]) =>
      asUnprivileged(() => walkedPaths(root, createFilter(resolveRoot(root), { exclude })));
    const denied = expect.objectContaining({
      code: 'PERMISSION_DENIED',
      message: expect.stringContaining('d/secret'),
    });
    expect(() => walkWith([])).toThrowError(denied);
    expect(() => walkWith(['d/secret', '!d/secret'])).toThrowError(denied);
    expect(walkWith(['**/secret'])).toEqual(['d', 'e']);
    expect(walkWith(['**/secret', '!d/secret/x'])).toEqual(['d', 'e']);
  });

  it('says so where it passes many entries over', () => {
    const tree = Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`f${i}`, '']));
    const root = resolveRoot(makeTree(tree));
    expect([...walkTree(root, createFilter(root, { exclude: ['*'] }))]).toEqual([
      undefined,
      undefined,
    ]);
  });
});

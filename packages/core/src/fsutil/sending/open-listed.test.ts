import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  fstatSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../wire/entry.js';
import { type OpenedFile, openListed } from './open-listed.js';
import { asUnprivileged, makeTree, type Node } from './tree.testing.js';
import { resolveRoot, walkTree } from './walk.js';

/** Lists the tree, changes it, and then opens what was listed as `path`. */
function openAfter(tree: Record<string, Node>, path: string, change: (root: string) => void) {
  const root = resolveRoot(makeTree(tree));
  const entry = [...walkTree(root)].find((candidate) => candidate?.path === path) as Entry;
  change(root);
  const { fd, sizeBytes } = openListed(root, entry) as OpenedFile;
  closeSync(fd);
  return sizeBytes;
}

describe('opens', () => {
  it('the listed file', () => {
    expect(openAfter({ 'd/a': 'abc' }, 'd/a', () => {})).toBe(3);
  });

  it('a file that has grown since, with its size now', () => {
    expect(openAfter({ a: 'abc' }, 'a', (root) => writeFileSync(`${root}/a`, 'abcdef'))).toBe(6);
  });

  it.runIf(process.platform === 'linux')('a file saved anew under its name', () => {
    const save = (root: string) => {
      writeFileSync(`${root}/new`, 'saved');
      renameSync(`${root}/new`, `${root}/a`);
    };
    expect(openAfter({ a: 'abc' }, 'a', save)).toBe(5);
  });

  it('names that are not UTF-8', () => {
    const root = resolveRoot(makeTree({}));
    writeFileSync(Buffer.concat([Buffer.from(`${root}/a`), Buffer.from([0xff])]), 'abc');
    const [entry] = [...walkTree(root)];
    const { fd } = openListed(root, entry as Entry) as OpenedFile;
    expect(fstatSync(fd).size).toBe(3);
    closeSync(fd);
  });
});

describe('refuses', () => {
  const secrets = () => makeTree({ a: 'secret', d: { directory: true } });

  it.each<[what: string, code: string, change: (root: string) => void]>([
    ['what is gone', 'NOT_FOUND', (root) => rmSync(`${root}/d/a`)],
    [
      'what is gone with its directory',
      'NOT_FOUND',
      (root) => rmSync(`${root}/d`, { recursive: true }),
    ],
    [
      'a link in place of the file',
      'NOT_FOUND',
      (root) => {
        rmSync(`${root}/d/a`);
        symlinkSync(`${secrets()}/a`, `${root}/d/a`);
      },
    ],
    [
      'a link out of the tree in place of the directory',
      'NOT_FOUND',
      (root) => {
        rmSync(`${root}/d`, { recursive: true });
        symlinkSync(secrets(), `${root}/d`);
      },
    ],
    [
      'a link within the tree in place of the directory',
      'NOT_FOUND',
      (root) => {
        renameSync(`${root}/d`, `${root}/e`);
        symlinkSync('other', `${root}/d`);
      },
    ],
    [
      'a fifo in place of the file, without waiting for its writer',
      'NOT_FOUND',
      (root) => {
        rmSync(`${root}/d/a`);
        execFileSync('mkfifo', [`${root}/d/a`]);
      },
    ],
    [
      'a directory in place of the file',
      'NOT_FOUND',
      (root) => {
        rmSync(`${root}/d/a`);
        renameSync(`${root}/other`, `${root}/d/a`);
      },
    ],
  ])('%s', (_what, code, change) => {
    const open = () => openAfter({ 'd/a': 'abc', 'other/a': 'other' }, 'd/a', change);
    expect(open).toThrowError(
      expect.objectContaining({ code, message: expect.stringContaining('d/a') }),
    );
  });

  it('what may not be read', () => {
    const root = resolveRoot(makeTree({ a: 'abc' }));
    const [entry] = [...walkTree(root)];
    chmodSync(root, 0o755);
    chmodSync(`${root}/a`, 0);
    const open = () => asUnprivileged(() => openListed(root, entry as Entry));
    expect(open).toThrowError(expect.objectContaining({ code: 'PERMISSION_DENIED' }));
  });

  it.runIf(process.platform === 'linux')('what a link showed to the walk already', () => {
    const outside = makeTree({ a: 'secret' });
    const root = resolveRoot(makeTree({ 'd/a': 'abc' }));
    const walk = walkTree(root);
    walk.next();
    const opened = walk.next().value as Entry;
    rmSync(`${root}/d`, { recursive: true });
    symlinkSync(outside, `${root}/d`);
    const [fooled] = [...walkTree(resolveRoot(outside))];
    const { dev, ino } = fooled as Entry;
    const open = () => openListed(root, { ...opened, dev, ino });
    expect(open).toThrowError(expect.objectContaining({ code: 'NOT_FOUND' }));
  });
});

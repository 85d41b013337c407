import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { prepareResultFile } from './result-file.js';

const prepare = (path: string, keepsOld = false) =>
  prepareResultFile({ what: 'image ID file', path, keepsOld });

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'warmdock-result-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test('what an earlier build left is gone before this one starts', () => {
  const path = join(dir, 'iid');
  writeFileSync(path, 'old');
  prepare(path);
  expect(existsSync(path)).toBe(false);
});

test('or stays until the file is written', () => {
  const path = join(dir, 'metadata');
  writeFileSync(path, 'old');
  const file = prepare(path, true);
  expect(readFileSync(path, 'utf8')).toBe('old');
  file.write('new');
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(readdirSync(dir)).toEqual(['metadata']);
});

test('the file appears with its content, and nothing beside it', () => {
  const path = join(dir, 'iid');
  prepare(path).write('new');
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(readdirSync(dir)).toEqual(['iid']);
});

test('a link to a file stays a link', () => {
  writeFileSync(join(dir, 'target'), 'old');
  symlinkSync('target', join(dir, 'link'));
  prepare(join(dir, 'link')).write('new');
  expect(lstatSync(join(dir, 'link')).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(dir, 'target'), 'utf8')).toBe('new');
});

test('a device is written to, not replaced', () => {
  const path = join(dir, 'null');
  symlinkSync('/dev/null', path);
  prepare(path).write('new');
  expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
  expect(lstatSync(path).isSymbolicLink()).toBe(true);
});

test('a pipe stays a pipe', () => {
  const path = join(dir, 'pipe');
  execFileSync('mkfifo', [path]);
  prepare(path);
  expect(lstatSync(path).isFIFO()).toBe(true);
});

test.each([
  ['a folder that is not there', 'absent/iid', 'ENOENT'],
  ['a folder in place of the file', '.', 'it is a directory'],
])('%s is an error before the build', (_, name, why) => {
  const path = join(dir, name);
  expect(() => prepare(path)).toThrow(
    expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      message: `cannot write the image ID file ${path}: ${why}`,
    }),
  );
});

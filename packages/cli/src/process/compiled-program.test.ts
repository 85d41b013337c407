import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadProgram } from './compiled-program.js';

// V8 would remember within this process what it compiled, and never look at the cache.
setFlagsFromString('--no-compilation-cache');

interface Program {
  answer(): string;
}

let dir: string;
let path: string;
let cacheDir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'warmdock-program-'));
  path = join(dir, 'program.cjs');
  cacheDir = join(dir, 'cache', 'warmdock');
  write('one');
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Sources of one length, which V8 cannot tell apart. */
function write(word: string): void {
  writeFileSync(
    path,
    `const { basename } = require('node:path');\nexports.answer = () => basename('/x/${word}');\n`,
  );
}

function load() {
  return loadProgram<Program>(path, cacheDir);
}

function cacheFile(): string {
  const [name = 'none'] = readdirSync(cacheDir);
  return join(cacheDir, name);
}

test('the file is a CommonJS module', () => {
  expect(load().exports.answer()).toBe('one');
});

test('a kept cache is used: it is not written again', () => {
  const first = load();
  first.exports.answer();
  first.keep();
  const before = statSync(cacheFile()).ino;
  const second = load();
  expect(second.exports.answer()).toBe('one');
  second.keep();
  expect(statSync(cacheFile()).ino).toBe(before);
  expect(readdirSync(cacheDir)).toHaveLength(1);
});

test('each program has a cache of its own', () => {
  const other = join(dir, 'other.cjs');
  writeFileSync(other, 'exports.answer = () => "other";');
  load().keep();
  const kept = readFileSync(cacheFile());
  loadProgram(other, cacheDir).keep();
  expect(readdirSync(cacheDir)).toHaveLength(2);
  expect(readFileSync(join(cacheDir, readdirSync(cacheDir).sort().at(-1) ?? ''))).toEqual(kept);
});

test('another program of the same length is compiled anew', () => {
  load().keep();
  write('two');
  utimesSync(path, new Date(2_000), new Date(2_000));
  expect(load().exports.answer()).toBe('two');
});

test.each([
  ['cut off', (content: Buffer) => content.subarray(0, 200)],
  ['empty', () => Buffer.alloc(0)],
  ['overwritten', (content: Buffer) => content.fill(0, 128)],
])('a cache that is %s is compiled anew and replaced', (_, damage) => {
  load().keep();
  const damaged = damage(readFileSync(cacheFile()));
  writeFileSync(cacheFile(), damaged);
  const program = load();
  expect(program.exports.answer()).toBe('one');
  program.keep();
  expect(readFileSync(cacheFile())).not.toEqual(damaged);
});

test('without a place for the cache it runs all the same', () => {
  writeFileSync(join(dir, 'cache'), 'a file, not a folder');
  const program = load();
  program.keep();
  expect(program.exports.answer()).toBe('one');
  expect(loadProgram<Program>(path, undefined).exports.answer()).toBe('one');
});

test('all code of the run is kept, also what V8 would have dropped as unused', () => {
  setFlagsFromString('--expose-gc');
  setFlagsFromString('--stress-flush-code');
  const collect: () => void = runInNewContext('gc');
  const keptBytes = (work: () => void) => {
    rmSync(cacheDir, { recursive: true, force: true });
    const program = load();
    program.exports.answer();
    work();
    program.keep();
    return statSync(cacheFile()).size;
  };
  const bytes = keptBytes(() => {});
  expect(keptBytes(() => collect())).toBe(bytes);
});

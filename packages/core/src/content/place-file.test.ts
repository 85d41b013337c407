import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { placeFile } from './place-file.js';

function temporary(): string {
  const directory = mkdtempSync(join(tmpdir(), 'warmdock-place-file-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

async function* chunks(...texts: string[]) {
  for (const text of texts) yield Buffer.from(text);
}

test('a file takes the place of another when it is whole', async () => {
  const path = join(temporary(), 'file');
  writeFileSync(path, 'old');
  async function* slowly() {
    yield Buffer.from('ne');
    expect(readFileSync(path, 'utf8')).toBe('old');
    yield Buffer.from('w');
  }
  await placeFile(path, slowly());
  expect(readFileSync(path, 'utf8')).toBe('new');
});

test('a file has the mode that is asked for', async () => {
  const path = join(temporary(), 'file');
  await placeFile(path, chunks('a'), { mode: 0o600 });
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('nothing is left of files whose sources break at their beginning', async () => {
  const directory = temporary();
  async function* breaking() {
    yield* chunks('a');
    throw new Error('the source broke');
  }
  // A file that is opened too late for its removal is a matter of luck: some in a thousand.
  for (let round = 0; round < 500; round++) {
    const names = [1, 2, 3, 4].map((at) => join(directory, `${round}-${at}`));
    const placed = await Promise.allSettled(names.map((name) => placeFile(name, breaking())));
    expect(placed.map(({ status }) => status)).toEqual(names.map(() => 'rejected'));
  }
  await placeFile(join(directory, 'last'), chunks('a'));
  expect(readdirSync(directory)).toEqual(['last']);
});

test('nothing is left of a file when the signal fires, even if its source hangs', async () => {
  const directory = temporary();
  const abort = new AbortController();
  const hanging = new Readable({ read() {} });
  hanging.push('a');
  const placed = placeFile(join(directory, 'file'), hanging, { signal: abort.signal });
  setImmediate(() => abort.abort());
  await expect(placed).rejects.toMatchObject({ name: 'AbortError' });
  expect(readdirSync(directory)).toEqual([]);
});

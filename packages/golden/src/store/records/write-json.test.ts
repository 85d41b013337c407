import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeJson } from './write-json.js';

let directory = '';
let path = '';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'warmdock-json-'));
  path = join(directory, 'state.json');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const read = async () => JSON.parse(await readFile(path, 'utf8'));

describe('writeJson', () => {
  it('writes a file for its owner alone, and leaves nothing beside it', async () => {
    await writeJson(path, { a: [1, 'b'] });
    expect(await read()).toEqual({ a: [1, 'b'] });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(directory)).toEqual(['state.json']);
  });

  it('never shows a reader half a file', async () => {
    const large = (fill: string) => ({ fill: fill.repeat(200_000) });
    await writeJson(path, large('x'));
    const seen = new Set<string>();
    const writing = Promise.all(['a', 'b', 'c', 'd'].map((fill) => writeJson(path, large(fill))));
    let done = false;
    void writing.finally(() => {
      done = true;
    });
    while (!done) seen.add((await read()).fill.length);
    await writing;
    expect([...seen]).toEqual([200_000]);
    expect(await readdir(directory)).toEqual(['state.json']);
  });

  it('leaves the old file, and nothing else, when it fails', async () => {
    await mkdir(path);
    await writeFile(join(path, 'inside'), '');
    await expect(writeJson(path, {})).rejects.toMatchObject({ code: 'EISDIR' });
    expect(await readdir(directory)).toEqual(['state.json']);
  });

  it('writes nothing for a value that is no JSON', async () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    await expect(writeJson(path, circular)).rejects.toThrow(TypeError);
    expect(await readdir(directory)).toEqual([]);
  });
});

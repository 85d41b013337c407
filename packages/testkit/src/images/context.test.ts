import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeContext } from './context.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'warmdock-context-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const read = (path: string) => readFileSync(join(dir, path));

describe('makeContext', () => {
  test('copies every layer, then the small files, the tiny file last', () => {
    makeContext(dir, { layers: 2, layerBytes: 10, files: 3, lines: ['CMD ["/x"]'] });
    expect(read('Dockerfile').toString().split('\n')).toEqual([
      'FROM scratch',
      'COPY layers/000 /layers/000',
      'COPY layers/001 /layers/001',
      'COPY files /files',
      'COPY tiny.txt /tiny.txt',
      'CMD ["/x"]',
      '',
    ]);
  });

  test('makes layers of the exact size, which differ from each other', () => {
    makeContext(dir, { layers: 2, layerBytes: (1 << 20) + 1 });
    expect(statSync(join(dir, 'layers/000')).size).toBe((1 << 20) + 1);
    expect(read('layers/000')).not.toEqual(read('layers/001'));
  });

  test('makes the same bytes and times from the same seed', () => {
    const [first, second] = ['first', 'second'].map((name) => join(dir, name));
    for (const at of [first, second])
      makeContext(at as string, { layers: 1, layerBytes: 100, files: 1 });
    for (const name of ['layers/000', 'files/0000/00.txt', 'files']) {
      expect(statSync(join(dir, 'first', name)).mtimeMs).toBe(
        statSync(join(dir, 'second', name)).mtimeMs,
      );
    }
    expect(read('first/layers/000')).toEqual(read('second/layers/000'));
  });

  test.each([
    [false, 0.99, 1.01],
    [true, 0.2, 0.45],
  ])('with compressible %s, gzip leaves a share between %f and %f', (compressible, least, most) => {
    makeContext(dir, { layers: 1, layerBytes: 100_000, compressible });
    const share = gzipSync(read('layers/000')).length / 100_000;
    expect(share).toBeGreaterThan(least);
    expect(share).toBeLessThan(most);
  });

  test('spreads small files over folders of a hundred', () => {
    makeContext(dir, { files: 250 });
    const folders = readdirSync(join(dir, 'files')).map(
      (name) => readdirSync(join(dir, 'files', name)).length,
    );
    expect(folders).toEqual([100, 100, 50]);
  });
});

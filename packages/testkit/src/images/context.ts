import { closeSync, mkdirSync, openSync, utimesSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compressibleBytes, randomBytes } from './random-bytes.js';

export interface ContextOptions {
  /** The same seed gives the same bytes. Default `warmdock`. */
  seed?: string;
  /** Default `scratch`. */
  base?: string;
  /** Number of layers of one file each. Default 0. */
  layers?: number;
  layerBytes?: number;
  /** Default false: no compressor shortens a layer. */
  compressible?: boolean;
  /** Number of small files, 100 to a folder, that make up one further layer. Default 0. */
  files?: number;
  /** Default 64. */
  fileBytes?: number;
  /** Further lines of the Dockerfile, after the layers. */
  lines?: readonly string[];
}

const CHUNK_BYTES = 1 << 20;
const FILES_PER_FOLDER = 100;
/** All files have one age, so that layers are the same whenever they are made. */
const MODIFIED = new Date('2024-01-01T00:00:00Z');

/**
 * Writes a build context: the layers and small files asked for, and a Dockerfile that copies each,
 * last of all `tiny.txt`, the file to rewrite for "one tiny layer changed".
 */
export function makeContext(dir: string, options: ContextOptions = {}): string {
  const { seed = 'warmdock', base = 'scratch', layers = 0, files = 0, lines = [] } = options;
  const copies: string[] = [];
  mkdirSync(dir, { recursive: true });
  for (let index = 0; index < layers; index++) {
    const name = `layers/${String(index).padStart(3, '0')}`;
    writeLayer(join(dir, name), `${seed}/${name}`, options);
    copies.push(name);
  }
  if (files > 0) {
    writeSmallFiles(join(dir, 'files'), `${seed}/files`, options);
    copies.push('files');
  }
  writeAged(join(dir, 'tiny.txt'), `tiny ${seed}\n`);
  copies.push('tiny.txt');
  const steps = copies.map((name) => `COPY ${name} /${name}`);
  writeAged(join(dir, 'Dockerfile'), `${[`FROM ${base}`, ...steps, ...lines].join('\n')}\n`);
  return dir;
}

function writeLayer(path: string, seed: string, options: ContextOptions): void {
  const next = options.compressible ? compressibleBytes(seed) : randomBytes(seed);
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'w');
  for (let left = options.layerBytes ?? 0; left > 0; left -= CHUNK_BYTES) {
    writeSync(file, next(Math.min(left, CHUNK_BYTES)));
  }
  closeSync(file);
  utimesSync(path, MODIFIED, MODIFIED);
}

function writeSmallFiles(dir: string, seed: string, { files = 0, fileBytes = 64 }: ContextOptions) {
  const next = randomBytes(seed);
  for (let first = 0; first < files; first += FILES_PER_FOLDER) {
    const folder = join(dir, String(first / FILES_PER_FOLDER).padStart(4, '0'));
    mkdirSync(folder, { recursive: true });
    for (let index = 0; index < Math.min(FILES_PER_FOLDER, files - first); index++) {
      writeAged(join(folder, `${String(index).padStart(2, '0')}.txt`), next(fileBytes));
    }
    utimesSync(folder, MODIFIED, MODIFIED);
  }
  utimesSync(dir, MODIFIED, MODIFIED);
}

function writeAged(path: string, content: string | Uint8Array): void {
  writeFileSync(path, content);
  utimesSync(path, MODIFIED, MODIFIED);
}

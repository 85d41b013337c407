import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { randomBytes } from '@warmdock/testkit';
import { benchDir } from '../measure/bench-dir.js';

const MB = 1_000_000;
/** All files have one age, so that an image is the same whenever its context is made. */
const MODIFIED = new Date('2024-01-01T00:00:00Z');

/** The file whose rewriting is "one tiny changed layer". */
export const TINY = 'tiny.txt';

export const BIG_LAYERS = 42;
const BIG_LAYER_BYTES = 50 * MB;
const WIDE_FOLDERS = 500;
const WIDE_FILES_PER_FOLDER = 100;
const TRANSFER_FILES = 100;
const TRANSFER_FILE_BYTES = 5 * MB;

/** Writes a context into the empty folder `dir`. */
const recipes = {
  /** One file. */
  small(dir: string) {
    writeAged(join(dir, 'Dockerfile'), `FROM scratch\nCOPY ${TINY} /${TINY}\n`);
  },

  /** 42 layers of 50 MB, half of it compressible, and a tiny one on top. */
  big(dir: string) {
    const names = Array.from({ length: BIG_LAYERS }, (_, at) => `layer${twoDigits(at)}`);
    for (const name of names) writeAged(join(dir, name), halfCompressible(name, BIG_LAYER_BYTES));
    const steps = [...names, TINY].map((name) => `COPY ${name} /${name}`);
    writeAged(join(dir, 'Dockerfile'), `${['FROM scratch', ...steps].join('\n')}\n`);
  },

  /** 50,000 files of 200 bytes, all of them in the image. */
  wide(dir: string) {
    const next = randomBytes('wide');
    for (let folder = 0; folder < WIDE_FOLDERS; folder++) {
      for (let file = 0; file < WIDE_FILES_PER_FOLDER; file++) {
        writeAged(join(dir, `folder${folder}`, `file${file}.txt`), next(200));
      }
    }
    writeAged(join(dir, 'Dockerfile'), 'FROM scratch\nCOPY . /\n');
  },

  /** 500 MB that the build needs and the image does not: nothing but the transfer costs time. */
  transfer(dir: string) {
    for (let file = 0; file < TRANSFER_FILES; file++) {
      const name = `file${twoDigits(file)}`;
      writeAged(join(dir, 'files', name), randomBytes(`transfer/${name}`)(TRANSFER_FILE_BYTES));
    }
    const steps = ['FROM scratch AS whole', 'COPY . /whole', 'FROM scratch'];
    const last = `COPY --from=whole /whole/${TINY} /${TINY}`;
    writeAged(join(dir, 'Dockerfile'), `${[...steps, last].join('\n')}\n`);
  },
};

export type ContextName = keyof typeof recipes;

/** The folder of a context, whether or not it is there. */
export function contextDir(name: ContextName): string {
  return join(benchDir(), name);
}

/** The folder of a context, made when missing; `tiny.txt` is as it was first. */
export function ensureContext(name: ContextName): string {
  const dir = contextDir(name);
  if (!existsSync(dir)) {
    const partial = `${dir}.partial-${process.pid}`;
    mkdirSync(partial, { recursive: true });
    recipes[name](partial);
    renameSync(partial, dir);
  }
  writeTiny(dir);
  return dir;
}

/** Gives `tiny.txt` content that no builder has seen, or with none given the first one again. */
export function writeTiny(dir: string, content = 'first'): void {
  const path = join(dir, TINY);
  writeFileSync(path, `${content.padEnd(40)}\n`);
  if (content === 'first') utimesSync(path, MODIFIED, MODIFIED);
}

/**
 * A copy of a context in a folder of a new name, made of hard links.
 *
 * A builder keeps its copy of a context under a key made from the folder (buildx: its last name,
 * warmdock: its path): it has nothing of a folder with a new name, and everything is sent.
 */
export function linkContext(from: string, name: string): string {
  const to = join(dirname(from), name);
  linkTree(from, to);
  return to;
}

export function removeContext(dir: string): void {
  rmSync(dir, { recursive: true });
}

function linkTree(from: string, to: string): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const link = entry.isDirectory() ? linkTree : linkSync;
    link(join(from, entry.name), join(to, entry.name));
  }
  const { atime, mtime } = statSync(from);
  utimesSync(to, atime, mtime);
}

/** Turns of 50 kB that no compressor shortens and 50 kB of one line again and again. */
function halfCompressible(seed: string, sizeBytes: number): Buffer {
  const turnBytes = 50_000;
  const next = randomBytes(seed);
  const line = Buffer.alloc(turnBytes, `${seed}: the quick brown fox jumps over the lazy dog\n`);
  const turns = Array.from({ length: sizeBytes / turnBytes / 2 }, () => [next(turnBytes), line]);
  return Buffer.concat(turns.flat());
}

export function writeAged(path: string, content: string | Uint8Array, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content, { mode });
  utimesSync(path, MODIFIED, MODIFIED);
  utimesSync(dirname(path), MODIFIED, MODIFIED);
}

function twoDigits(at: number): string {
  return String(at).padStart(2, '0');
}

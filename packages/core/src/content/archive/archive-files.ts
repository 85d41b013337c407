import { createReadStream } from 'node:fs';
import { posix } from 'node:path';
import { WarmdockError } from '../../errors.js';
import { readTar, type TarEntry } from '../../tar/read-tar.js';
import type { ByteRange } from '../content.js';

/** The files of a tar archive on disk, by path. */
export interface ArchiveFiles {
  sizeOf(name: string): number | undefined;
  /** A small file in memory; `undefined` when it is not there or is large. */
  bytesOf(name: string): Buffer | undefined;
  read(name: string, range?: ByteRange): AsyncIterable<Uint8Array>;
}

interface FilePlace {
  readonly offset: number;
  readonly size: number;
  readonly bytes?: Buffer;
}

/** Manifests and configs are smaller. */
const smallBytes = 4 * 1024 * 1024;
const chunkBytes = 1024 * 1024;

/** Reads an archive once, and notes where its files are. Throws `NOT_FOUND`, `PROTOCOL`. */
export async function openArchiveFiles(path: string): Promise<ArchiveFiles> {
  const places = new Map<string, FilePlace>();
  /** Docker before 25 keeps a layer that several images have only once. */
  const links = new Map<string, string>();
  for await (const entry of readTar(chunksOf(path))) {
    const name = posix.normalize(entry.name);
    if (entry.type === '2') links.set(name, posix.join(posix.dirname(name), entry.linkName));
    if (entry.type === '0') places.set(name, await placeOf(entry));
  }
  const find = (name: string) => places.get(links.get(name) ?? name);
  return {
    sizeOf: (name) => find(name)?.size,
    bytesOf: (name) => find(name)?.bytes,
    async *read(name, range) {
      const place = find(name);
      if (place) yield* partOf(path, place, range);
    },
  };
}

async function placeOf({ offset, sizeBytes, content }: TarEntry): Promise<FilePlace> {
  if (sizeBytes > smallBytes) return { offset, size: sizeBytes };
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return { offset, size: sizeBytes, bytes: Buffer.concat(chunks) };
}

function partOf(
  path: string,
  { offset, size }: FilePlace,
  range: ByteRange = { offset: 0, length: size },
): AsyncIterable<Uint8Array> {
  const start = offset + range.offset;
  const length = Math.min(range.length, size - range.offset);
  return length <= 0 ? none() : chunksOf(path, { start, end: start + length - 1 });
}

async function* none(): AsyncGenerator<Uint8Array> {}

async function* chunksOf(
  path: string,
  part: { readonly start?: number; readonly end?: number } = {},
): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: chunkBytes, ...part });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'EISDIR') throw cause;
    throw new WarmdockError('NOT_FOUND', `there is no archive ${path}`, { cause });
  }
}

import { createReadStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { WarmdockError } from '../errors.js';
import { algorithmOf, type Digest, hexOf } from '../oci/digest.js';
import { writeError } from '../write-error.js';
import type { ByteRange, ContentSource, ContentStore, FetchOptions } from './content.js';
import { placeFile } from './place-file.js';
import { untilAborted } from './until-aborted.js';
import { verified } from './verified.js';

/** The blobs of a directory in OCI's image layout, `blobs/ALGORITHM/HEX`. */
export interface LayoutStore extends ContentSource, ContentStore {
  /** Bytes of the blob, `undefined` when it is not there. */
  sizeOf(digest: Digest): Promise<number | undefined>;
}

const readChunkBytes = 256 * 1024;

/** Opens a layout, whether or not its directory is there; folders are made with the first blob that is put in. */
export function openLayoutStore(directory: string): LayoutStore {
  const pathOf = (digest: Digest) => join(directory, 'blobs', algorithmOf(digest), hexOf(digest));
  const sizeOf = (digest: Digest) => fileSize(pathOf(digest));
  return {
    sizeOf,
    // One of another size was left by a power cut.
    async exists({ digest, size }) {
      const found = await sizeOf(digest);
      return found !== undefined && found === (size ?? found);
    },
    fetch: ({ digest }, options) => read(pathOf(digest), digest, options),
    async push(descriptor, content, { signal } = {}) {
      const path = pathOf(descriptor.digest);
      try {
        await mkdir(dirname(path), { recursive: true });
        const chunks = untilAborted(content, signal, `storing blob ${descriptor.digest}`);
        await placeFile(path, verified(descriptor, chunks));
      } catch (error) {
        throw writeError(path, error);
      }
    },
  };
}

async function fileSize(path: string): Promise<number | undefined> {
  try {
    const stats = await stat(path);
    return stats.isFile() ? stats.size : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function* read(path: string, digest: Digest, { signal, range }: FetchOptions = {}) {
  const operation = `reading blob ${digest}`;
  if (range?.length === 0) return;
  try {
    yield* untilAborted(chunksOf(path, range), signal, operation);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new WarmdockError('NOT_FOUND', `${operation}: it is not in the layout`, { cause });
  }
}

/** Opens the file when the first chunk is asked for. */
async function* chunksOf(path: string, range: ByteRange | undefined): AsyncGenerator<Buffer> {
  yield* createReadStream(path, {
    highWaterMark: readChunkBytes,
    ...(range && { start: range.offset, end: range.offset + range.length - 1 }),
  });
}

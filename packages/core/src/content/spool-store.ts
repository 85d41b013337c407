import { createReadStream, createWriteStream } from 'node:fs';
import { access, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { WarmdockError } from '../errors.js';
import type { Descriptor } from '../oci/descriptor.js';
import { algorithmOf, type Digest, hexOf } from '../oci/digest.js';
import type { ContentSource, ContentStore, FetchOptions } from './content.js';
import { untilAborted } from './until-aborted.js';
import { verified } from './verified.js';

const readChunkBytes = 256 * 1024;

/**
 * Blobs in a private temporary directory, for as long as one operation needs them.
 *
 * Only this user can read it (0700). A blob appears under its digest once it is whole and checked;
 * until then it has another name. Disposal removes everything.
 */
export interface SpoolStore extends ContentSource, ContentStore, AsyncDisposable {
  readonly directory: string;
}

/** Makes an empty store below `parentDirectory`, default the system's directory for temporary files. */
export async function createSpoolStore({ parentDirectory = tmpdir() } = {}): Promise<SpoolStore> {
  const directory = await mkdtemp(join(parentDirectory, 'warmdock-spool-'));
  const pathOf = (digest: Digest) => join(directory, `${algorithmOf(digest)}-${hexOf(digest)}`);
  let ingests = 0;

  return {
    directory,
    exists: ({ digest }) => fileExists(pathOf(digest)),
    fetch: (descriptor, options) => readFile(pathOf(descriptor.digest), descriptor.digest, options),

    async push(descriptor, content, { signal } = {}) {
      ingests += 1;
      const partial = join(directory, `partial-${ingests}`);
      try {
        await writeFile(partial, descriptor, content, signal);
        await rename(partial, pathOf(descriptor.digest));
      } catch (error) {
        await rm(partial, { force: true });
        throw error;
      }
    },

    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

async function writeFile(
  path: string,
  descriptor: Descriptor,
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const chunks = untilAborted(content, signal, `storing blob ${descriptor.digest}`);
  await pipeline(
    verified(descriptor, chunks),
    createWriteStream(path, { flags: 'wx', mode: 0o600 }),
  );
}

async function* readFile(path: string, digest: Digest, { signal, range }: FetchOptions = {}) {
  const operation = `reading blob ${digest}`;
  try {
    yield* untilAborted<Buffer>(
      createReadStream(path, {
        highWaterMark: readChunkBytes,
        ...(range && { start: range.offset, end: range.offset + range.length - 1 }),
      }),
      signal,
      operation,
    );
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new WarmdockError('NOT_FOUND', `${operation}: it was not stored here`, { cause: error });
  }
}

async function fileExists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'ENOENT';
}

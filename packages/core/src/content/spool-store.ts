import { createReadStream } from 'node:fs';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WarmdockError } from '../errors.js';
import { algorithmOf, type Digest, hexOf } from '../oci/digest.js';
import { writeError } from '../write-error.js';
import type { ContentSource, ContentStore, FetchOptions } from './content.js';
import { placeFile } from './place-file.js';
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

  return {
    directory,
    exists: ({ digest }) => fileExists(pathOf(digest)),
    fetch: (descriptor, options) => readFile(pathOf(descriptor.digest), descriptor.digest, options),

    async push(descriptor, content, { signal } = {}) {
      const chunks = untilAborted(content, signal, `storing blob ${descriptor.digest}`);
      await placeFile(pathOf(descriptor.digest), verified(descriptor, chunks), {
        mode: 0o600,
      }).catch((error: unknown) => {
        throw writeError(directory, error);
      });
    },

    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
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

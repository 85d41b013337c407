import { once } from 'node:events';
import { createWriteStream, lstatSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FileTarget } from '../buildkit/session/file-send.js';
import { placeFile } from '../content/place-file.js';
import { writeError } from '../write-error.js';

/**
 * A file that appears, or changes, when all of it has come; its directory is made if need be.
 *
 * What is no regular file, such as a pipe, is written to as it is. Throws `WriteError`.
 */
export function fileTarget(path: string): FileTarget {
  return {
    kind: 'stream',
    async receive(chunks, signal) {
      const there = lstatSync(path, { throwIfNoEntry: false });
      try {
        await mkdir(dirname(path), { recursive: true });
        if (there && !there.isFile()) await pipeline(chunks, createWriteStream(path), { signal });
        else await placeFile(path, chunks, { signal });
      } catch (cause) {
        throw writeError(path, cause);
      }
    },
  };
}

/** A stream of the caller's, which stays open. */
export function streamTarget(stream: Writable): FileTarget {
  return {
    kind: 'stream',
    async receive(chunks, signal) {
      let failure: unknown;
      const fail = (error: unknown) => {
        failure = writeError('standard output', error);
      };
      stream.on('error', fail);
      try {
        for await (const chunk of chunks) {
          if (!stream.write(chunk)) await once(stream, 'drain', { signal }).catch(fail);
          signal.throwIfAborted();
          if (failure) throw failure;
        }
      } finally {
        stream.off('error', fail);
      }
    },
  };
}

import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CallOptions } from './content.js';

export interface PlaceFileOptions extends CallOptions {
  /** Permissions of a new file, before the umask; default 0666. */
  readonly mode?: number | undefined;
}

/**
 * Puts a file in its place, over what is there, when all of its bytes have come: nobody sees a part of
 * it, and nothing is left of one that fails. The directory must be there.
 *
 * Throws errors of `chunks` and of the file system as they are.
 */
export async function placeFile(
  path: string,
  chunks: AsyncIterable<Uint8Array> | Readable,
  { mode = 0o666, signal }: PlaceFileOptions = {},
): Promise<void> {
  const partial = `${path}.${randomUUID()}`;
  // Open before anything can fail: a stream that opens its file itself may do so after we removed it.
  const file = await open(partial, 'wx', mode);
  try {
    await pipeline(chunks, file.createWriteStream(), { signal });
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '@warmdock/core/internal';
import type { CallOptions } from '@warmdock/core/oci';
import { findShareable } from '../../data-root/shareable.js';

/** Reads the blobs of a tree's content stores; answers with those whose name is not their digest. */
export async function rehashBlobs(tree: string, options: CallOptions) {
  const found: { at: string; text: string }[] = [];
  for (const at of (await findShareable(tree, options)).blobs) {
    const text = await rehash(join(tree, at), options);
    if (text !== undefined) found.push({ at, text });
  }
  return found;
}

async function rehash(path: string, { signal }: CallOptions): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    return messageOf(error);
  }
  return hash.digest('hex') === basename(path) ? undefined : 'does not have its digest';
}

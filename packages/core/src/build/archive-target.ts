import { pipeline } from 'node:stream/promises';
import { type Extract, extract } from 'tar-stream';
import type { FileTarget } from '../buildkit/session/file-send.js';
import type { ContentStore } from '../content/content.js';
import { type Digest, parseDigest } from '../oci/digest.js';

/** Puts the blobs of an OCI image archive into a store; its other files are not needed. */
export function archiveTarget(store: ContentStore): FileTarget {
  return {
    kind: 'stream',
    async receive(chunks, signal) {
      const parser = extract();
      const storing = storeBlobs(parser, store, signal);
      await Promise.all([pipeline(chunks, parser, { signal }), storing]);
    },
  };
}

async function storeBlobs(
  entries: Extract,
  store: ContentStore,
  signal: AbortSignal,
): Promise<void> {
  for await (const entry of entries) {
    const digest = digestOf(entry.header.name);
    const { size = 0, type } = entry.header;
    if (digest === undefined || type !== 'file') entry.resume();
    else {
      const blob = { mediaType: 'application/octet-stream', digest, size };
      await store.push(blob, entry as AsyncIterable<Uint8Array>, { signal });
    }
  }
}

/** Of a blob's path in an OCI image layout. */
function digestOf(path: string): Digest | undefined {
  const [, algorithm, hex] = /^blobs\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
  return algorithm && hex ? parseDigest(`${algorithm}:${hex}`) : undefined;
}

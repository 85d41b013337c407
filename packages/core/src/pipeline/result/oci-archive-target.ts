import type { FileTarget } from '../../buildkit/session/file-send.js';
import type { ContentStore } from '../../content/content.js';
import { untilAborted } from '../../content/until-aborted.js';
import { type Digest, parseDigest } from '../../oci/digest.js';
import { readTar } from '../../tar/read-tar.js';

/** Puts the blobs of an OCI image archive into a store; its other files are not needed. */
export function archiveTarget(store: ContentStore): FileTarget {
  return {
    kind: 'stream',
    async receive(chunks, signal) {
      const arriving = untilAborted(chunks, signal, 'receiving an image');
      for await (const { name, type, sizeBytes: size, content } of readTar(arriving)) {
        const digest = digestOf(name);
        if (digest === undefined || type !== '0') continue;
        const blob = { mediaType: 'application/octet-stream', digest, size };
        await store.push(blob, content, { signal });
      }
    },
  };
}

/** Of a blob's path in an OCI image layout. */
function digestOf(path: string): Digest | undefined {
  const [, algorithm, hex] = /^blobs\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
  return algorithm && hex ? parseDigest(`${algorithm}:${hex}`) : undefined;
}

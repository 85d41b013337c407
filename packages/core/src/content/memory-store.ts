import { cancelled, WarmdockError } from '../errors.js';
import type { Descriptor } from '../oci/descriptor.js';
import type { Digest } from '../oci/digest.js';
import { formatReference } from '../oci/reference.js';
import type { ImageStore } from './content.js';
import { collectBlob } from './read-blob.js';
import { untilAborted } from './until-aborted.js';

/** An empty place for images that lives as long as the object: for small images, and for tests. */
export function createMemoryStore(): ImageStore {
  const blobs = new Map<Digest, Buffer>();
  const names = new Map<string, Descriptor>();
  return {
    exists: async ({ digest }) => blobs.has(digest),
    async *fetch({ digest }, { range, signal } = {}) {
      if (signal?.aborted) throw cancelled(`reading blob ${digest}`, signal);
      const bytes = blobs.get(digest);
      if (!bytes) throw new WarmdockError('NOT_FOUND', `blob ${digest} is not in memory`);
      yield range ? bytes.subarray(range.offset, range.offset + range.length) : bytes;
    },
    async push(descriptor, content, { signal } = {}) {
      const chunks = untilAborted(content, signal, `storing blob ${descriptor.digest}`);
      const whole = await collectBlob(descriptor, chunks, Number.MAX_SAFE_INTEGER);
      blobs.set(descriptor.digest, whole);
    },
    resolve: async (reference) => names.get(formatReference(reference)),
    async tag(descriptor, reference) {
      names.set(formatReference(reference), descriptor);
    },
  };
}

import { WarmdockError } from '../../errors.js';
import type { Descriptor } from '../../oci/descriptor.js';
import { digestOf } from '../../oci/digest.js';
import { MediaType } from '../../oci/media-types.js';
import type { ContentSource } from '../content.js';

/** The descriptor of bytes, as a layer unless said otherwise. */
export function describeBytes(
  bytes: Uint8Array,
  mediaType: string = MediaType.ociLayer,
): Descriptor {
  return { mediaType, digest: digestOf(bytes), size: bytes.length };
}

export interface MemorySource extends ContentSource {
  add(bytes: Uint8Array, mediaType?: string): Descriptor;
  /** Makes the source answer with other bytes than it was given, as a damaged one does. */
  corrupt(descriptor: Descriptor, bytes: Uint8Array): void;
}

/** A source that holds what a test puts in, and hands it out in chunks of `chunkBytes`. */
export function memorySource({ chunkBytes = 1000 } = {}): MemorySource {
  const blobs = new Map<string, Uint8Array>();
  return {
    add(bytes, mediaType) {
      const descriptor = describeBytes(bytes, mediaType);
      blobs.set(descriptor.digest, bytes);
      return descriptor;
    },
    corrupt: ({ digest }, bytes) => void blobs.set(digest, bytes),
    exists: async ({ digest }) => blobs.has(digest),

    async *fetch({ digest }, { signal, range } = {}) {
      const whole = blobs.get(digest);
      const blob = range ? whole?.subarray(range.offset, range.offset + range.length) : whole;
      if (!blob) throw new WarmdockError('NOT_FOUND', `blob ${digest} is not in memory`);
      for (let start = 0; start < blob.length; start += chunkBytes) {
        signal?.throwIfAborted();
        yield blob.subarray(start, start + chunkBytes);
      }
    },
  };
}

import type { ByteRange, CallOptions, ContentSource } from '../content/content.js';
import { verified } from '../content/verified.js';
import { WarmdockError } from '../errors.js';
import type { Descriptor } from '../oci/descriptor.js';

/** Where an upload takes its bytes from. */
export interface BlobSource {
  /** Whether it can be opened more than once. */
  readonly isRepeatable: boolean;
  /** The bytes of a part. */
  open(range: ByteRange): AsyncIterable<Uint8Array>;
}

/**
 * A blob of another place, which can be read again from anywhere.
 *
 * Not verified here: the registry has to compare what it received with the digest (distribution
 * specification 1.1, "DIGEST_INVALID"), and hashing everything twice takes a third of a copy's time.
 */
export function blobOf(
  source: ContentSource,
  blob: Descriptor,
  { signal }: CallOptions = {},
): BlobSource {
  return {
    isRepeatable: true,
    open: (range) =>
      range.length === blob.size
        ? source.fetch(blob, { signal })
        : source.fetch(blob, { range, signal }),
  };
}

/** Bytes that come only once. */
export function onlyOnce(blob: Descriptor, content: AsyncIterable<Uint8Array>): BlobSource {
  let isOpen = false;
  return {
    isRepeatable: false,
    open() {
      if (isOpen)
        throw new WarmdockError('UNAVAILABLE', `blob ${blob.digest} cannot be read a second time`);
      isOpen = true;
      return verified(blob, content);
    },
  };
}

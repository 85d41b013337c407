import { WarmdockError } from '../errors.js';
import type { Descriptor } from '../oci/descriptor.js';
import type { CallOptions, ContentSource } from './content.js';
import { verified } from './verified.js';

export interface ReadBlobOptions extends CallOptions {
  /** Largest blob that is taken into memory, default 4 MiB: what registries allow for a manifest. */
  readonly maxBytes?: number | undefined;
}

/**
 * A whole blob in memory, checked against its digest.
 *
 * Throws `PROTOCOL` when the descriptor's size is above `maxBytes`, `DIGEST_MISMATCH`, and what the
 * source throws (`NOT_FOUND`).
 */
export async function readBlob(
  source: ContentSource,
  descriptor: Descriptor,
  { maxBytes = 4 * 1024 * 1024, signal }: ReadBlobOptions = {},
): Promise<Buffer> {
  if (descriptor.size > maxBytes) {
    const { digest, size, mediaType } = descriptor;
    throw new WarmdockError(
      'PROTOCOL',
      `blob ${digest} (${mediaType}) has ${size} bytes, more than the ${maxBytes} that are read`,
    );
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of verified(descriptor, source.fetch(descriptor, { signal })))
    chunks.push(chunk);
  return Buffer.concat(chunks, descriptor.size);
}

import { WarmdockError } from '../errors.js';
import { MAX_DOCUMENT_BYTES } from '../oci/document-size.js';
import type { CallOptions, ContentSource, UnsizedDescriptor } from './content.js';
import { verified } from './verified.js';

export interface ReadBlobOptions extends CallOptions {
  /** Largest blob that is taken into memory, default `MAX_DOCUMENT_BYTES`. */
  readonly maxBytes?: number | undefined;
}

/**
 * A whole blob in memory, checked against its digest, and against its size if that is known.
 *
 * Throws `PROTOCOL` when it has more bytes than `maxBytes`, `DIGEST_MISMATCH`, and what the
 * source throws (`NOT_FOUND`).
 */
export async function readBlob(
  source: ContentSource,
  blob: UnsizedDescriptor,
  { maxBytes = MAX_DOCUMENT_BYTES, signal }: ReadBlobOptions = {},
): Promise<Buffer> {
  return collectBlob(blob, source.fetch(blob, { signal }), maxBytes);
}

/** As `readBlob`, of bytes that come by themselves. */
export async function collectBlob(
  blob: UnsizedDescriptor,
  content: AsyncIterable<Uint8Array>,
  maxBytes = MAX_DOCUMENT_BYTES,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  const check = (bytes: number) => {
    if (bytes > maxBytes) throw tooLarge(blob, maxBytes);
  };
  check(blob.size ?? 0);
  for await (const chunk of verified(blob, content)) {
    sizeBytes += chunk.length;
    check(sizeBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, sizeBytes);
}

function tooLarge({ digest, mediaType }: UnsizedDescriptor, maxBytes: number): WarmdockError {
  return new WarmdockError(
    'PROTOCOL',
    `blob ${digest} (${mediaType}) has more than the ${maxBytes} bytes that are read`,
  );
}

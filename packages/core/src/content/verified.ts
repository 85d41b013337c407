import { WarmdockError } from '../errors.js';
import { algorithmOf, finishDigest, startDigest } from '../oci/digest.js';
import type { UnsizedDescriptor } from './content.js';

/**
 * Passes a blob's bytes on while it checks them against the descriptor's digest, and its size if that is known.
 *
 * The last chunk is held back until the digest is known to be right, so no reader ever has the
 * whole of a wrong blob. A surplus byte fails at once. Throws `DIGEST_MISMATCH`; errors of `chunks`
 * pass through. A chunk must not be written to again by its source.
 */
export async function* verified(
  { digest, size }: Pick<UnsizedDescriptor, 'digest' | 'size'>,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const algorithm = algorithmOf(digest);
  const hash = startDigest(algorithm);
  let received = 0;
  let held: Uint8Array | undefined;

  for await (const chunk of chunks) {
    if (chunk.length === 0) continue;
    received += chunk.length;
    if (size !== undefined && received > size)
      throw mismatch(digest, `${size} bytes were expected, more came`);
    hash.update(chunk);
    if (held) yield held;
    held = chunk;
  }

  if (size !== undefined && received < size)
    throw mismatch(digest, `${size} bytes were expected, ${received} came`);
  const found = finishDigest(hash, algorithm);
  if (found !== digest) throw mismatch(digest, `its bytes have the digest ${found}`);
  if (held) yield held;
}

function mismatch(digest: string, difference: string): WarmdockError {
  return new WarmdockError(
    'DIGEST_MISMATCH',
    `blob ${digest} is not what was asked for: ${difference}`,
    {
      hint: 'Its source or the way to it is damaged; try again, and suspect the source if it happens again.',
    },
  );
}

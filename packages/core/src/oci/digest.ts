import { createHash, type Hash } from 'node:crypto';
import { WarmdockError } from '../errors.js';
import { checkArgument } from '../options/check-options.js';
import { text as aText } from '../options/checks.js';

declare const digestBrand: unique symbol;

/** A checked content digest such as `sha256:9f86d0...`, as the OCI image specification writes it. */
export type Digest = string & { readonly [digestBrand]: true };

export type DigestAlgorithm = 'sha256' | 'sha512';

/** Lower-case hex only: the specification gives each digest exactly one spelling. */
const form = /^(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/;

/** True for `sha256:` or `sha512:` with all its hex digits. */
export function isDigest(text: string): text is Digest {
  return form.test(text);
}

/** The text as a digest; throws `INVALID_ARGUMENT` unless it is `sha256:` or `sha512:` with all its hex digits. */
export function parseDigest(text: string): Digest {
  checkArgument('parseDigest', 'text', text, aText);
  if (isDigest(text)) return text;
  throw new WarmdockError(
    'INVALID_ARGUMENT',
    `not a digest: ${JSON.stringify(text.slice(0, 160))}`,
    {
      hint: 'A digest is sha256: and 64 hex digits, or sha512: and 128, in lower case.',
    },
  );
}

export function algorithmOf(digest: Digest): DigestAlgorithm {
  return digest.startsWith('sha512:') ? 'sha512' : 'sha256';
}

/** The hex part, which names the blob in an OCI layout's `blobs/sha256/`. */
export function hexOf(digest: Digest): string {
  return digest.slice(digest.indexOf(':') + 1);
}

/** The digest of bytes, or of a string's UTF-8. */
export function digestOf(
  bytes: Uint8Array | string,
  algorithm: DigestAlgorithm = 'sha256',
): Digest {
  return finishDigest(startDigest(algorithm).update(bytes), algorithm);
}

/** A hash for bytes that come in pieces; `finishDigest` ends it. */
export function startDigest(algorithm: DigestAlgorithm): Hash {
  return createHash(algorithm);
}

export function finishDigest(hash: Hash, algorithm: DigestAlgorithm): Digest {
  return `${algorithm}:${hash.digest('hex')}` as Digest;
}

import { checksumOf } from '../../tar/header.js';

/** How many leading bytes `archiveKind` looks at. */
export const magicBytes = 512;

const magics = [
  ['compressed', [0x42, 0x5a, 0x68]],
  ['compressed', [0x1f, 0x8b, 0x08]],
  ['compressed', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
] as const;

/**
 * What a stream is by its first bytes: a tar archive, one that BuildKit decompresses (bzip2, gzip,
 * xz), one in zstd, or `undefined` for anything else, such as a Dockerfile.
 */
export function archiveKind(head: Uint8Array): 'tar' | 'compressed' | 'zstd' | undefined {
  const found = magics.find(([, magic]) => magic.every((byte, at) => head[at] === byte));
  return found?.[0] ?? (isTarHeader(head) ? 'tar' : undefined);
}

/** A tar header holds the sum of its bytes. */
function isTarHeader(head: Uint8Array): boolean {
  if (head.length < magicBytes) return false;
  const header = Buffer.from(head.subarray(0, magicBytes));
  const written = /^[ \0]*([0-7]+)[ \0]*$/.exec(header.toString('latin1', 148, 156))?.[1];
  return written !== undefined && checksumOf(header) === Number.parseInt(written, 8);
}

import { type Cipher, createCipheriv, createHash } from 'node:crypto';

/**
 * An endless stream of bytes that no compressor shortens, the same for the same seed: the key
 * stream of AES-CTR, which makes about 1 GB/s.
 */
export function randomBytes(seed: string): (sizeBytes: number) => Buffer {
  const hash = createHash('sha256').update(seed).digest();
  const cipher: Cipher = createCipheriv('aes-128-ctr', hash.subarray(0, 16), hash.subarray(16, 32));
  return (sizeBytes) => cipher.update(Buffer.alloc(sizeBytes));
}

/** Like `randomBytes`, but gzip shortens it to about a quarter, as it does text. */
export function compressibleBytes(seed: string): (sizeBytes: number) => Buffer {
  const next = randomBytes(seed);
  return (sizeBytes) => {
    const bytes = next(sizeBytes);
    for (let at = 0; at < bytes.length; at++) if (at % 8 > 1) bytes[at] = 0x20;
    return bytes;
  };
}

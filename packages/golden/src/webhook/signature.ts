import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** Compares in a time that depends neither on the difference nor on the lengths. */
export function constantTimeEqual(given: string | Buffer, expected: string | Buffer): boolean {
  return timingSafeEqual(sha256(given), sha256(expected));
}

/** Whether `signature` is `sha256=` and the hex HMAC-SHA256 of the parts, one after the other. */
export function isSigned(
  signature: string,
  secret: Buffer,
  ...parts: readonly (string | Buffer)[]
): boolean {
  const hmac = createHmac('sha256', secret);
  for (const part of parts) hmac.update(part);
  return constantTimeEqual(signature, `sha256=${hmac.digest('hex')}`);
}

/** The header's value; empty when it is missing. */
export function headerOf(value: string | string[] | undefined): string {
  return typeof value === 'string' ? value : '';
}

function sha256(value: string | Buffer): Buffer {
  return createHash('sha256').update(value).digest();
}

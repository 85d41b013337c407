/** Longer waits are the caller's business: the refusal says so at once. */
export const longestRetryAfterMs = 120_000;

/**
 * What a `Retry-After` header asks to wait, in milliseconds; `undefined` for none that can be read.
 *
 * Both forms of RFC 9110: seconds, or a date.
 */
export function retryAfterMs(header: string | undefined, nowMs = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

import type { Timestamp } from '../../buildkit/solve-status.js';

/** Milliseconds since the epoch. */
export function timeOf({ seconds, nanos }: Timestamp): number {
  return seconds * 1000 + nanos / 1e6;
}

export function timestampOf(timeMs: number): Timestamp {
  const seconds = Math.floor(timeMs / 1000);
  return { seconds, nanos: Math.round((timeMs - seconds * 1000) * 1e6) };
}

/** RFC 3339 with as many decimals as needed, at most nine, in UTC; an absent time is the epoch. */
export function formatTimestamp({ seconds, nanos }: Timestamp = { seconds: 0, nanos: 0 }): string {
  const whole = new Date(seconds * 1000).toISOString().slice(0, -'.000Z'.length);
  const fraction = String(nanos).padStart(9, '0').replace(/0+$/, '');
  return fraction === '' ? `${whole}Z` : `${whole}.${fraction}Z`;
}

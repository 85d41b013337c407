import { z } from 'zod';
import { parsePayload } from './payload.js';
import type { HookRequest, Provider } from './provider.js';
import { headerOf, isSigned } from './signature.js';

/** How far the sender's clock may be off, including the time of the request. */
const toleranceMs = 5 * 60_000;

const payloadSchema = z.object({
  branch: z.string().optional(),
  /** For people: one line. */
  reason: z
    .string()
    .max(200)
    .regex(/^\P{Cc}*$/u)
    .optional(),
});

/**
 * For your own senders: `X-Warmdock-Timestamp` (seconds since 1970) and `X-Warmdock-Signature`,
 * `sha256=` with the hex HMAC-SHA256 of timestamp, dot and body. `X-Warmdock-Delivery` may hold an
 * id.
 */
export const generic: Provider = {
  name: 'generic',
  claims: (headers) => headers['x-warmdock-signature'] !== undefined,
  authenticates(request, secret) {
    const timestamp = timestampOf(request);
    const signature = headerOf(request.headers['x-warmdock-signature']);
    const isAuthentic = isSigned(signature, secret, timestamp, '.', request.body);
    return isAuthentic && isRecent(timestamp, request.nowMs);
  },
  read(request, branch) {
    const payload = parsePayload(request.body, payloadSchema);
    if (!payload) return { kind: 'malformed' };
    if (branch !== undefined && payload.branch !== branch)
      return { kind: 'ignored', reason: `not for ${branch}` };
    const id = headerOf(request.headers['x-warmdock-delivery']) || undefined;
    const vouched = Buffer.concat([Buffer.from(`${timestampOf(request)}.`), request.body]);
    return { kind: 'build', reason: payload.reason ?? 'webhook', id, vouched };
  },
};

function timestampOf({ headers }: HookRequest): string {
  return headerOf(headers['x-warmdock-timestamp']);
}

function isRecent(timestamp: string, nowMs: number): boolean {
  return /^\d{1,12}$/.test(timestamp) && Math.abs(Number(timestamp) * 1000 - nowMs) <= toleranceMs;
}

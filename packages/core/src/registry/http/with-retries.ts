import { setTimeout as delay } from 'node:timers/promises';
import pRetry from 'p-retry';
import { cancelled } from '../../errors.js';
import { isTransient, RegistryError } from './registry-error.js';
import { longestRetryAfterMs } from './retry-after.js';

export interface RetryOptions {
  /** For the error of a call that is cancelled. */
  readonly operation: string;
  readonly signal?: AbortSignal | undefined;
  /** Which errors may pass; default those that say so of themselves. */
  readonly when?: ((error: unknown) => boolean) | undefined;
  /** Tries after the first one; default 5. */
  readonly retries?: number | undefined;
}

/** Doubled each time, with jitter. */
const firstWaitMs = 200;

/** Tries again after faults that may pass, a while later each time, and not before the server said. */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  { operation, signal, when = isTransient, retries = 5 }: RetryOptions,
): Promise<T> {
  const mayPass = (error: unknown) => when(error) && waitOf(error) <= longestRetryAfterMs;
  try {
    return await pRetry(attempt, {
      retries,
      minTimeout: firstWaitMs,
      maxTimeout: 10_000,
      randomize: true,
      ...(signal && { signal }),
      shouldRetry: ({ error }) => mayPass(error),
      onFailedAttempt: async ({ error, retriesLeft }) => {
        if (retriesLeft > 0 && mayPass(error)) await delay(waitOf(error), undefined, { signal });
      },
    });
  } catch (error) {
    if (signal?.aborted) throw cancelled(operation, signal);
    throw error;
  }
}

function waitOf(error: unknown): number {
  return error instanceof RegistryError ? (error.retryAfterMs ?? 0) : 0;
}

import { WarmdockError } from '@warmdock/core';
import { cancelled } from '@warmdock/core/internal';

export interface TimeLimit extends Disposable {
  /** Fires when the time is up, and with the caller's signal. */
  readonly signal: AbortSignal;
  /** `TIMEOUT` or `CANCELLED` when the signal caused `error`, else `error`. */
  explain(error: unknown): unknown;
}

/** `operation` reads like "golden build of app". */
export function startTimeLimit(
  operation: string,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): TimeLimit {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeoutMs);
  const either = signal ? AbortSignal.any([signal, late.signal]) : late.signal;
  return {
    signal: either,
    explain(error) {
      if (!either.aborted) return error;
      if (either.reason !== late.signal.reason) return cancelled(operation, either);
      return new WarmdockError('TIMEOUT', `${operation} took longer than ${timeoutMs} ms`, {
        hint: 'Allow it more time, or see in its logs where it hung.',
        cause: error,
      });
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

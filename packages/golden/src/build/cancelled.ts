import { WarmdockError } from '@warmdock/core';

/** The error that ends an operation whose signal fired; `operation` reads like "golden build of app". */
export function cancelled(operation: string, signal: AbortSignal): WarmdockError {
  return new WarmdockError('CANCELLED', `${operation} was cancelled`, { cause: signal.reason });
}

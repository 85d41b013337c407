import { type ErrorCode, type ErrorDetails, isWarmdockError, WarmdockError } from '../../errors.js';
import { TokenError } from '../token/token-error.js';

export interface RegistryErrorDetails extends ErrorDetails {
  /** The HTTP status, absent when no answer came. */
  readonly status?: number | undefined;
  /** Whether the same request may succeed later. */
  readonly isTransient?: boolean;
  /** What the server asks to wait before another try. */
  readonly retryAfterMs?: number | undefined;
}

/** A registry's refusal, or no answer of it; decided by status and codes of the distribution specification. */
export class RegistryError extends WarmdockError {
  /** The HTTP status, `undefined` when no answer came. */
  readonly status: number | undefined;
  /** Whether the same request may succeed later. */
  readonly isTransient: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, details: RegistryErrorDetails = {}) {
    super(code, message, details);
    this.status = details.status;
    this.isTransient = details.isTransient ?? false;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** A failure on the way to a request, such as that of its token, as the request's own. */
export function during(operation: string, error: unknown): unknown {
  if (!isWarmdockError(error)) return error;
  const { code, message, hint } = error;
  const isTransient = error instanceof TokenError && error.isTransient;
  const details = { cause: error, isTransient, ...(hint !== undefined && { hint }) };
  return new RegistryError(code, `${operation}: ${message}`, details);
}

/** The `DIGEST_MISMATCH` of content that is not what its name says. */
export function damaged(operation: string, what: string): RegistryError {
  return new RegistryError('DIGEST_MISMATCH', `${operation}: ${what}`, {
    hint: 'the registry, or a cache before it, is damaged; try again',
  });
}

/** True for a fault that another try may get over. */
export function isTransient(error: unknown): boolean {
  return error instanceof RegistryError && error.isTransient;
}

/** A body that ended early, or stood still: what came before is good. */
export class BrokenBodyError extends RegistryError {
  constructor(message: string, cause: unknown) {
    const hint = 'see that the registry runs, and that proxies let it through';
    super('UNAVAILABLE', message, { cause, hint, isTransient: true });
  }
}

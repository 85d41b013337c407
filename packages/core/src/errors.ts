/**
 * What went wrong, as a closed set that callers may switch on; never decide by message text.
 * `docs/reference/errors.md` has cause and remedy of each.
 */
export type ErrorCode =
  | 'INVALID_ARGUMENT'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'UNAVAILABLE'
  | 'PERMISSION_DENIED'
  | 'UNSUPPORTED'
  | 'BUILD_FAILED'
  | 'LOAD_FAILED'
  | 'DIGEST_MISMATCH'
  | 'PROTOCOL'
  | 'TIMEOUT'
  | 'CANCELLED'
  | 'INTERNAL';

/** What an error carries besides code and message. */
export interface ErrorDetails {
  /** What the reader should do about it, one sentence. */
  hint?: string;
  /** The error that it comes from. */
  cause?: unknown;
}

const brand = Symbol.for('warmdock.error');

/**
 * The one error class that leaves this package: `message` names the operation and its object,
 * `hint` says what to do, `cause` keeps the foreign error.
 */
export class WarmdockError extends Error {
  /** What callers decide by. */
  readonly code: ErrorCode;
  /** What the reader should do about it, one sentence. */
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.name = new.target.name;
    this.code = code;
    this.hint = details.hint;
    Object.defineProperty(this, brand, { value: true });
  }
}

/** True for a WarmdockError of any loaded copy of this package, where `instanceof` would fail. */
export function isWarmdockError(error: unknown): error is WarmdockError {
  return typeof error === 'object' && error !== null && brand in error;
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * The error that ends an operation whose signal fired: `TIMEOUT` for one of `AbortSignal.timeout`, else
 * `CANCELLED`. `operation` reads like "build of app:latest".
 */
export function cancelled(operation: string, signal: AbortSignal): WarmdockError {
  const details = { cause: signal.reason };
  return isTimeout(signal.reason)
    ? new WarmdockError('TIMEOUT', `${operation} took longer than its caller allows`, details)
    : new WarmdockError('CANCELLED', `${operation} was cancelled`, details);
}

/** What the DOM standard has `AbortSignal.timeout` give as its reason. */
function isTimeout(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === 'TimeoutError';
}

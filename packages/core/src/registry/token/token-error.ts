import { type ErrorCode, type ErrorDetails, WarmdockError } from '../../errors.js';

/** A token server that gave no token. */
export class TokenError extends WarmdockError {
  /** Whether it may give one a moment later. */
  readonly isTransient: boolean;

  constructor(
    code: ErrorCode,
    message: string,
    { isTransient, ...details }: ErrorDetails & { readonly isTransient: boolean },
  ) {
    super(code, message, details);
    this.isTransient = isTransient;
  }
}

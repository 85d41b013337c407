import { isWarmdockError, messageOf, WarmdockError } from '@warmdock/core';

const full =
  'The disk has no space or no inodes left: make room (`warmdock golden gc`), then repeat it.';

/** The error of a file operation as one that names the operation; others pass unchanged. */
export function diskError(operation: string, error: unknown): unknown {
  if (isWarmdockError(error) || !(error instanceof Error)) return error;
  const { code } = error as NodeJS.ErrnoException;
  const message = `${operation}: ${messageOf(error)}`;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new WarmdockError('UNAVAILABLE', message, { cause: error, hint: full });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new WarmdockError('PERMISSION_DENIED', message, { cause: error });
    case 'ENOENT':
      return new WarmdockError('NOT_FOUND', message, { cause: error });
    default:
      return code === undefined ? error : new WarmdockError('INTERNAL', message, { cause: error });
  }
}

/** True for the error of a file operation with that code. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  const code = error instanceof Error && (error as NodeJS.ErrnoException).code;
  return typeof code === 'string' && codes.includes(code);
}

import { constants } from 'node:os';
import { isWarmdockError, WarmdockError } from '@warmdock/core';
import { cancelled, messageOf } from '@warmdock/core/internal';
import type { CallOptions } from '@warmdock/core/oci';

const full =
  'The disk has no space or no inodes left: make room (`warmdock golden gc`), then repeat it.';

/** Node.js has no name for it. */
const EDQUOT = -constants.errno.EDQUOT;

/** The error of a file operation as one that names the operation; others pass unchanged. */
export function diskError(operation: string, error: unknown): unknown {
  if (isWarmdockError(error) || !(error instanceof Error)) return error;
  const { code } = error as NodeJS.ErrnoException;
  const message = `${operation}: ${messageOf(error)}`;
  if (isDiskFull(error)) {
    return new WarmdockError('UNAVAILABLE', message, { cause: error, hint: full });
  }
  switch (code) {
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

/** What the operation answers; its errors by `diskError`, and `CANCELLED` for the signal's reason. */
export async function named<T>(
  operation: string,
  answer: Promise<T>,
  { signal }: CallOptions = {},
): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw signal?.aborted && error === signal.reason
      ? cancelled(operation, signal)
      : diskError(operation, error);
  }
}

/** True when there was no room on the disk, or by a quota. */
export function isDiskFull(error: unknown): boolean {
  const { errno } = error as NodeJS.ErrnoException;
  return errno === EDQUOT || hasCode(error, 'ENOSPC');
}

/** True for the error of a file operation with that code. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  const code = error instanceof Error && (error as NodeJS.ErrnoException).code;
  return typeof code === 'string' && codes.includes(code);
}

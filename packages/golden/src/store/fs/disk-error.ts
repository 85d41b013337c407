import { constants } from 'node:os';
import { isWarmdockError, WarmdockError } from '@warmdock/core';
import { cancelled, messageOf } from '@warmdock/core/internal';
import type { CallOptions } from '@warmdock/core/oci';

const full =
  'The disk has no space or no inodes left: make room (`warmdock golden gc`), then repeat it.';

/** Node.js has no name for this error number. */
const EDQUOT = -constants.errno.EDQUOT;

/** Turns the error of a file operation into one that names the operation; others pass unchanged. */
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

/**
 * Awaits an operation. Its errors pass through `diskError`; the signal's reason becomes
 * `CANCELLED`.
 */
export async function withDiskErrors<T>(
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

/** Whether the disk or a quota is full. */
export function isDiskFull(error: unknown): boolean {
  const { errno } = error as NodeJS.ErrnoException;
  return errno === EDQUOT || hasCode(error, 'ENOSPC');
}

/** Whether it is a file operation's error with one of the codes. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  const code = error instanceof Error && (error as NodeJS.ErrnoException).code;
  return typeof code === 'string' && codes.includes(code);
}

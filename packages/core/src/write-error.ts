import { constants } from 'node:os';
import { messageOf, WarmdockError } from './errors.js';

/** This machine's disk did not take what was to be written to `path`. */
export class WriteError extends WarmdockError {
  /** What could not be written. */
  readonly path: string;

  constructor(path: string, cause: NodeJS.ErrnoException) {
    const message = `cannot write ${path}`;
    if (isFull(cause)) {
      const hint = 'make room there, or write to another place';
      super('UNAVAILABLE', `${message}: its disk has no space left`, { hint, cause });
    } else super('PERMISSION_DENIED', `${message}: ${messageOf(cause)}`, { cause });
    this.path = path;
  }
}

/** A failed call of the file system as `WriteError`; other errors as they are. */
export function writeError(path: string, error: unknown): unknown {
  const { syscall } = error as NodeJS.ErrnoException;
  return syscall === undefined ? error : new WriteError(path, error as NodeJS.ErrnoException);
}

/** True when there was no room on the disk, or by a quota, for which Node has no name. */
export function isFull({ code, errno }: NodeJS.ErrnoException): boolean {
  return code === 'ENOSPC' || errno === -constants.errno.EDQUOT;
}

import { type ErrorCode, messageOf, WarmdockError } from '../../errors.js';
import { type BytePath, toText } from './byte-path.js';

const codeOfErrno: Readonly<Record<string, ErrorCode>> = {
  EACCES: 'PERMISSION_DENIED',
  EPERM: 'PERMISSION_DENIED',
  ENOENT: 'NOT_FOUND',
  ENOTDIR: 'NOT_FOUND',
};

const hints: Partial<Record<ErrorCode, string>> = {
  PERMISSION_DENIED: 'Make it readable, or leave it out of the build with .dockerignore.',
  NOT_FOUND:
    'Something removes files while they are sent; build again when it is done, or list them in .dockerignore.',
};

/** The name of the system error that `node:fs` threw, such as ENOENT. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

/** Whether `error` says that nothing exists at a path. */
export function isAbsent(error: unknown): boolean {
  return codeOfErrno[errnoOf(error) ?? ''] === 'NOT_FOUND';
}

/** Whether `error` says that the user may not read a path. */
export function isForbidden(error: unknown): boolean {
  return codeOfErrno[errnoOf(error) ?? ''] === 'PERMISSION_DENIED';
}

/** The error for a file, directory or link that cannot be read; `cause` is what `node:fs` threw. */
export function unreadableFile(root: BytePath, path: BytePath, cause: unknown): WarmdockError {
  const code = codeOfErrno[errnoOf(cause) ?? ''] ?? 'UNAVAILABLE';
  const reason = errnoOf(cause) ?? messageOf(cause);
  return new WarmdockError(code, `read ${toText(`${root}/${path}`)}: ${reason}`, {
    hint: hints[code] ?? 'Check the file system that holds the file.',
    cause,
  });
}

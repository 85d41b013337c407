import { randomBytes } from 'node:crypto';
import {
  accessSync,
  constants,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { WarmdockError } from '@warmdock/core';

/** A file for others to read when the build has succeeded; they never see a half-written one. */
export interface ResultFile {
  /** Replaces the file in one step. */
  write(content: string): void;
}

export interface ResultFileOptions {
  /** What to call it in errors. */
  readonly what: string;
  readonly path: string;
  /** Whether what an earlier build left there stays until then: buildx keeps metadata, and no image ID. */
  readonly keepsOld: boolean;
}

/**
 * Prepares a result file, and notices before the build when it cannot be written.
 *
 * A device or pipe such as `/dev/stdout` is written to as it is. Throws `INVALID_ARGUMENT`.
 */
export function prepareResultFile({ what, path, keepsOld }: ResultFileOptions): ResultFile {
  return attempt(what, path, () => {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found && !found.isFile()) {
      if (found.isDirectory()) throw new Error('it is a directory');
      return { write: (content) => attempt(what, path, () => writeFileSync(path, content)) };
    }
    const target = found ? realpathSync(path) : path;
    accessSync(dirname(target), constants.W_OK);
    if (!keepsOld) rmSync(target, { force: true });
    return { write: (content) => attempt(what, path, () => replaceFile(target, content)) };
  });
}

function replaceFile(path: string, content: string): void {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    writeFileSync(temporary, content, { flag: 'wx' });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function attempt<T>(what: string, path: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new WarmdockError(
      'INVALID_ARGUMENT',
      `cannot write the ${what} ${path}: ${code ?? message}`,
      {
        hint: 'give the path of a file in a directory that you may write to',
        cause,
      },
    );
  }
}

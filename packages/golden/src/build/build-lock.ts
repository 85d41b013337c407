import { lstat, mkdir, open } from 'node:fs/promises';
import { type LockFileOptions, lockFile } from '../store/file-lock.js';
import type { BuildPaths } from './build-paths.js';

/**
 * Holds the lock that a project's golden builds hold in turn, as `lockFile`. Who waited while the
 * project was removed holds a file that nobody else sees, and begins again.
 */
export async function lockBuild(
  { folder, lock: path }: BuildPaths,
  options: LockFileOptions,
): Promise<AsyncDisposable> {
  for (;;) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // While it is open, no other file gets its number.
    await using file = await open(path, 'a', 0o600);
    const lock = await lockFile(path, options);
    const [own, seen] = await Promise.all([file.stat(), lstat(path).catch(() => undefined)]);
    if (own.ino === seen?.ino) return lock;
    await lock[Symbol.asyncDispose]();
  }
}

import { lstat, readdir, rm, rmdir, statfs, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallOptions } from '@warmdock/core/oci';
import { explainUndeletable } from './explain-undeletable.js';
import { runProgram } from './run-program.js';
import { assertNoMounts, removeSubvolumes } from './subvolumes.js';

/** How many files are removed without starting a program. */
const few = 10;

/** See statfs(2). */
const btrfsType = 0x9123683e;

/**
 * Removes what is at a path, if anything, with all subvolumes in it. Throws `CONFLICT` when
 * something is mounted in it, and `PERMISSION_DENIED` for an immutable file.
 */
export async function removeTree(path: string, options?: CallOptions): Promise<void> {
  try {
    if (!(await removeFlat(path))) await removeAll(path, options);
  } catch (error) {
    if (options?.signal?.aborted) throw error;
    await removeLeftOver(path, error, options);
  }
}

async function removeAll(path: string, options?: CallOptions): Promise<void> {
  await runProgram(`removing ${path}`, 'rm', ['-rf', '--one-file-system', '--', path], options);
}

async function removeLeftOver(path: string, error: unknown, options?: CallOptions): Promise<void> {
  assertNoMounts(path);
  if ((await statfs(path)).type !== btrfsType) throw await explainUndeletable(path, error, options);
  await removeSubvolumes(path, options);
  try {
    await removeAll(path, options);
  } catch (later) {
    throw await explainUndeletable(path, later, options);
  }
}

/**
 * Removes a file or a folder of few files; false for anything larger. Others may do the same at
 * once.
 */
async function removeFlat(path: string): Promise<boolean> {
  try {
    if (!(await lstat(path)).isDirectory()) {
      await unlink(path);
      return true;
    }
    const entries = await readdir(path, { withFileTypes: true });
    if (entries.length > few || entries.some((entry) => entry.isDirectory())) return false;
    for (const { name } of entries) await rm(join(path, name), { force: true });
    await rmdir(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
}

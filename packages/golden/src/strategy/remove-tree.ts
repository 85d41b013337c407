import { lstat, readdir, rm, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallOptions } from '@warmdock/core';
import { runProgram } from './run-program.js';

/** Of files, what is removed without starting a program. */
const few = 10;

/** Removes what is at a path, if anything; what is mounted in a folder stays, and makes it fail. */
export async function removeTree(path: string, options?: CallOptions): Promise<void> {
  if (await removeFlat(path)) return;
  await runProgram(`removing ${path}`, 'rm', ['-rf', '--one-file-system', '--', path], options);
}

/**
 * True when nothing, a file, or a folder of a few files was there, and is not any more. Others may
 * remove the same at the same time.
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

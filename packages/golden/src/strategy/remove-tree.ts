import type { CallOptions } from '@warmdock/core';
import { runProgram } from './run-program.js';

/** Removes a folder; what is mounted in it stays, and makes it fail. */
export async function removeTree(path: string, options?: CallOptions): Promise<void> {
  await runProgram(`removing ${path}`, 'rm', ['-rf', '--one-file-system', '--', path], options);
}

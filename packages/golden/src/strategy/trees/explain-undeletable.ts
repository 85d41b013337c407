import { dirname } from 'node:path';
import { WarmdockError } from '@warmdock/core';
import type { CallOptions } from '@warmdock/core/oci';
import { runProgram } from './run-program.js';

/** See chattr(1). */
const isLocked = /[ia]/;

/**
 * Explains why rm(1) left something: `PERMISSION_DENIED` with the path of an immutable or
 * append-only file, else `error`.
 */
export async function explainUndeletable(
  folder: string,
  error: unknown,
  options?: CallOptions,
): Promise<unknown> {
  const left = await firstLeft(folder, options);
  for (const path of left === undefined ? [] : [left, dirname(left)]) {
    if (!isLocked.test(await attributesOf(path, options))) continue;
    return new WarmdockError(
      'PERMISSION_DENIED',
      `removing ${folder}: ${path} is immutable or append-only`,
      {
        cause: error,
        hint: `Run \`chattr -i -a ${quoted(path)}\`, then \`warmdock golden recover\`.`,
      },
    );
  }
  return error;
}

/** Quotes a path for a shell: its name may be meant to harm those who copy the command. */
function quoted(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}

/** What has nothing in it: all that could be deleted is gone. */
async function firstLeft(folder: string, options?: CallOptions): Promise<string | undefined> {
  const args = [folder, '-xdev', '-depth', '-print0', '-quit'];
  const found = await runProgram(`looking at ${folder}`, 'find', args, options);
  return found.split('\0')[0] || undefined;
}

/** Empty where there are none: of links and devices, and on file systems without them. */
async function attributesOf(path: string, options?: CallOptions): Promise<string> {
  const asked = runProgram(`looking at ${path}`, 'lsattr', ['-d', '--', path], options);
  const line = await asked.catch(() => '');
  return line.split(' ')[0] ?? '';
}

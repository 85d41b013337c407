import { dirname } from 'node:path';
import { WarmdockError } from '@warmdock/core';
import type { CallOptions } from '@warmdock/core/oci';
import { runProgram } from './run-program.js';

/** See chattr(1). */
const isLocked = /[ia]/;

/**
 * Why rm(1) left something of a folder, when a file that is immutable or append-only keeps it there:
 * `PERMISSION_DENIED` with its path, else `error`.
 */
export async function explainLeftOver(
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

/** As one word of a shell: who named the file may mean harm to who copies the command. */
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

import type { CallOptions } from '@warmdock/core/oci';
import { runProgram } from './run-program.js';

/**
 * Copies a folder to a place that does not exist: owners, modes, ns times, extended attributes,
 * devices, hard links and holes are kept. That needs GNU cp: `fs.cp` loses most of it.
 */
export async function copyTree(
  from: string,
  to: string,
  reflink: 'always' | 'auto',
  options?: CallOptions,
): Promise<void> {
  const args = ['-a', `--reflink=${reflink}`, '--no-target-directory', '--', from, to];
  await runProgram(`copying ${from}`, 'cp', args, options);
}

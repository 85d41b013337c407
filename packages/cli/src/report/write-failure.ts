import type { TextOutput } from '@warmdock/core/internal';
import { UsageError } from '../flags/usage-error.js';
import { version } from '../process/version.js';
import { formatFailure } from './failure.js';

/** Writes why a command failed, be it the command line itself; answers with the exit code. */
export function writeFailure(error: unknown, stderr: TextOutput): number {
  if (error instanceof UsageError) {
    stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
  const { text, exitCode } = formatFailure(error, version);
  stderr.write(text);
  return exitCode;
}

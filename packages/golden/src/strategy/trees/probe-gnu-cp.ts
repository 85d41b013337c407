import { messageOf } from '@warmdock/core/internal';
import type { CallOptions } from '@warmdock/core/oci';
import type { Probe } from '../strategy.js';
import { runProgram } from './run-program.js';

/** Whether cp is GNU's: others lack `--reflink`, and keep less with `-a`. */
export async function probeGnuCp(options?: CallOptions): Promise<Probe> {
  try {
    const version = await runProgram('asking cp for its version', 'cp', ['--version'], options);
    if (version.includes('GNU coreutils')) return { works: true };
    return { works: false, reason: 'cp is not that of GNU coreutils' };
  } catch (error) {
    return { works: false, reason: messageOf(error) };
  }
}

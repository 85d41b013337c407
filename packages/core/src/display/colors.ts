import type { TextOutput } from './text-output.js';

/** Whether what is written there may have colours. */
export function takesColors(output: TextOutput, env: NodeJS.ProcessEnv): boolean {
  return output.isTerminal && !env.NO_COLOR && env.TERM !== 'dumb';
}

import type { Output } from './output.js';

/** Whether what is written there may have colours. */
export function takesColors(output: Output, env: NodeJS.ProcessEnv): boolean {
  return output.isTerminal && !env.NO_COLOR && env.TERM !== 'dumb';
}

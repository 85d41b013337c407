import type { LoadResult } from '@warmdock/core';
import { type TimedCommand, timeCommand } from '../measure/time-command.js';
import { type BuildCommand, shimBuild, warmdockBuild } from './commands.js';
import type { Setting } from './setting.js';

/** Ways to type a build that warmdock carries out. */
type OurProgram = 'warmdock' | 'shim';

type Expected = Extract<LoadResult['outcome'], 'unchanged' | 'thin' | 'full'>;

export interface OurBuild extends BuildCommand {
  tag: string;
  /** Default `warmdock`. */
  program?: OurProgram;
  /** The only outcome that makes it a valid measurement; default any. */
  expected?: Expected;
  memory?: boolean;
}

/** How an outcome shows at the end of the output: `warmdock build` sums up, the shim has a last step. */
const signs: Record<OurProgram, Record<Expected, RegExp>> = {
  warmdock: {
    unchanged: /^unchanged, nothing loaded .*$/m,
    thin: /^\d+ of \d+ layers loaded(?: from the registry)?, /m,
    full: /^(?:all \d+ layers|1 of 1 layer) loaded, /m,
  },
  shim: {
    unchanged: /^#(\d+) load into the daemon\n#\1 .*\n#\1 CACHED$/m,
    thin: /^#\d+ sending [1-9]\d* of \d+ layers, /m,
    full: /^#\d+ sending (\d+) of \1 layers, /m,
  },
};

/** Times `warmdock build`, or the same by the shim. Throws when it did something else than the case is about. */
export async function timeWarmdock(setting: Setting, build: OurBuild): Promise<TimedCommand> {
  const { memory = false, expected, program = 'warmdock' } = build;
  const command = (program === 'shim' ? shimBuild : warmdockBuild)(setting, build);
  const timed = await timeCommand(command, { signal: setting.signal, memory });
  if (expected && !signs[program][expected].test(timed.lastLines)) {
    throw new Error(
      `${command.argv.join(' ')}: expected ${expected}, but it ended with\n${timed.lastLines}`,
    );
  }
  return timed;
}

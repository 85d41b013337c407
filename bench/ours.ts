import type { LoadOutcome } from '@warmdock/core';
import { type BuildCommand, warmdockBuild } from './commands.js';
import { type Timed, timeCommand } from './measure.js';
import type { Setting } from './setting.js';

type Expected = Extract<LoadOutcome, 'unchanged' | 'thin' | 'full'>;

export interface OurBuild extends BuildCommand {
  tag: string;
  /** The only outcome that makes it a valid measurement; default any. */
  expected?: Expected;
  memory?: boolean;
}

/** How the closing line of `warmdock build` begins. */
const closingLines: Record<Expected, RegExp> = {
  unchanged: /^unchanged, nothing loaded /,
  thin: /^\d+ of \d+ layers loaded, /,
  full: /^(?:all \d+ layers|1 of 1 layer) loaded, /,
};

/** Times `warmdock build`. Throws when it did something else than the case is about. */
export async function timeWarmdock(setting: Setting, build: OurBuild): Promise<Timed> {
  const { memory = false, expected } = build;
  const timed = await timeCommand(warmdockBuild(setting, build), {
    signal: setting.signal,
    memory,
  });
  if (expected && !closingLines[expected].test(timed.lastLine)) {
    throw new Error(
      `warmdock build of ${build.context}: expected ${expected}, got: ${timed.lastLine}`,
    );
  }
  return timed;
}

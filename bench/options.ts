import { parseArgs } from 'node:util';
import { cases } from './cases/index.js';
import type { Rounds } from './sides/setting.js';

export interface Options {
  /** Names of cases. */
  only: string[];
  /** Names of the testbed's builders; empty for all. */
  builders: string[];
  rounds: Rounds;
  /** Every case, in full: the results may replace those that are checked in. */
  isComplete: boolean;
  /** Measure nothing: write tables and plot from the results that are checked in. */
  render: boolean;
}

export const benchUsage = `usage: pnpm bench [--only CASE]... [--builder NAME]... [--rounds N] [--quick]
       pnpm bench --render

  --only CASE     one of ${Object.keys(cases).join(', ')}
  --builder NAME  embedded, standalone or external; default all that the testbed has
  --rounds N      measure each side N times
  --quick         measure each side once, to see that everything works
  --render        measure nothing; write tables and plot from bench/results

Only a run of all cases in full writes bench/results/latest.json. Then it writes docs/measurements.md, its
plot and the README's table anew.`;

/** Throws a TypeError for flags that are not in `benchUsage`. */
export function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', multiple: true, default: [] },
      builder: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      render: { type: 'boolean', default: false },
    },
  });
  const unknown = values.only.find((name) => !(name in cases));
  if (unknown !== undefined) throw new TypeError(`there is no case ${unknown}`);
  return {
    only: values.only.length > 0 ? values.only : Object.keys(cases),
    builders: values.builder,
    rounds: roundsOf(values),
    isComplete: values.only.length === 0 && values.rounds === undefined && !values.quick,
    render: values.render,
  };
}

function roundsOf({ quick, rounds }: { quick: boolean; rounds?: string | undefined }): Rounds {
  if (quick) return { quick: 1, slow: 1, warmUps: 1 };
  if (rounds === undefined) return { quick: 7, slow: 3, warmUps: 1 };
  const count = Number(rounds);
  if (!Number.isInteger(count) || count < 1) throw new TypeError(`--rounds ${rounds} is no number`);
  return { quick: count, slow: count, warmUps: 1 };
}

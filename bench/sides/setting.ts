import type { BuildkitInfo, EngineInfo, TestbedInfo } from '@warmdock/testkit';
import type { Programs } from './programs.js';

/** What every case of one builder works with. */
export interface Setting {
  readonly testbed: TestbedInfo;
  readonly builder: BuildkitInfo;
  readonly programs: Programs;
  readonly rounds: Rounds;
  /** Images that cases have put into the daemons, by who put them there; see `big-images.ts`. */
  readonly loaded: Map<string, LoadedImage>;
  readonly signal: AbortSignal;
}

export interface LoadedImage {
  engine: EngineInfo;
  tag: string;
  id: string;
}

/** How often a case is measured: one that takes seconds less often than the others. */
export interface Rounds {
  quick: number;
  slow: number;
  /** Rounds that do not count, for quick cases; slow ones are warmed up by their preparation. */
  warmUps: number;
}

/** For `alternate`. */
export function quickRounds({ rounds, signal }: Setting) {
  return { rounds: rounds.quick, warmUps: rounds.warmUps, signal };
}

/**
 * For `alternate`. The budget keeps a whole run below twenty minutes also on a builder from which two
 * gigabytes take half a minute: then fewer rounds have to do.
 */
export function slowRounds({ rounds, signal }: Setting) {
  return { rounds: rounds.slow, budgetMs: 45_000, signal };
}

/** The daemons that images are loaded into, one for each store. */
export function enginesOf({ testbed }: Setting): EngineInfo[] {
  return [testbed.classic, testbed.containerd];
}

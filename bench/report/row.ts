import type { Summary } from '../measure/alternate.js';

/** What a row has to reach: a multiple of the other side's speed, a share of its time, so much more than it, both, a time, a size. */
export type Target =
  | { type: 'faster'; times: number }
  | { type: 'ratio'; atMost: number }
  | { type: 'added'; atMostMs: number }
  | { type: 'budget'; ratio: number; addedMs: number }
  | { type: 'time'; atMostMs: number }
  | { type: 'memory'; belowBytes: number };

/** One line of the result. Times are in milliseconds, those of a `memory` target in bytes. */
export interface Row {
  case: string;
  /** Where it was measured: the image store of the daemon that is loaded into, or a file system. */
  store: string;
  /** What warmdock is compared with. */
  against: string;
  /** Absent on rows that are there to compare only. */
  target?: Target;
  ours: Summary;
  theirs: Summary;
}

/** Undefined without a target. */
export function isReached({ target, ours, theirs }: Row): boolean | undefined {
  if (target === undefined) return undefined;
  if (target.type === 'faster') return theirs.median / ours.median >= target.times;
  if (target.type === 'ratio') return ours.median / theirs.median <= target.atMost;
  if (target.type === 'time') return ours.median <= target.atMostMs;
  if (target.type === 'budget') return ours.median <= target.ratio * theirs.median + target.addedMs;
  if (target.type === 'added') return ours.median - theirs.median <= target.atMostMs;
  return ours.max < target.belowBytes;
}

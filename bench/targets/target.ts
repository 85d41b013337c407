import type { Summary } from '../measure/alternate.js';

/**
 * What a row has to reach: a multiple of the other side's speed, a share of its time, a time more than
 * it, a share and a time more, a time, a size.
 */
export type Target =
  | { type: 'faster'; times: number }
  | { type: 'ratio'; atMost: number }
  | { type: 'added'; atMostMs: number }
  | { type: 'budget'; ratio: number; addedMs: number }
  | { type: 'time'; atMostMs: number }
  | { type: 'memory'; belowBytes: number };

/** What a target is compared with: times in milliseconds, those of a `memory` target in bytes. */
export interface Measured {
  ours: Summary;
  theirs: Summary;
}

export function isReachedBy(target: Target, { ours, theirs }: Measured): boolean {
  if (target.type === 'memory') return ours.max < target.belowBytes;
  if (target.type === 'faster') return theirs.median / ours.median >= target.times;
  return ours.median <= targetMs(target, theirs.median);
}

/** The time that a target allows, in milliseconds. */
export function targetMs(target: Exclude<Target, { type: 'memory' }>, theirsMs: number): number {
  switch (target.type) {
    case 'faster':
      return theirsMs / target.times;
    case 'ratio':
      return theirsMs * target.atMost;
    case 'added':
      return theirsMs + target.atMostMs;
    case 'budget':
      return theirsMs * target.ratio + target.addedMs;
    case 'time':
      return target.atMostMs;
  }
}

import { isReachedBy, type Measured, type Target } from '../targets/target.js';

/** One line of the result. */
export interface Row extends Measured {
  case: string;
  /** Where it was measured: the image store of the daemon that is loaded into, or a file system. */
  store: string;
  /** What warmdock is compared with. */
  against: string;
  /** Absent on rows that are there to compare only. */
  target?: Target;
}

/** Undefined without a target. */
export function isReached({ target, ...measured }: Row): boolean | undefined {
  return target && isReachedBy(target, measured);
}

import type { SolveStatus } from '../buildkit/solve-status.js';
import type { LoadPlan } from './load-plan.js';

/** News of a running build and load, in order of time; one callback receives them all. */
export type Progress =
  /** Steps, logs and warnings of the solve. */
  | { readonly type: 'solve'; readonly status: SolveStatus }
  /** What was sent so far of a directory that the builder asked for. */
  | {
      readonly type: 'context';
      readonly name: string;
      readonly files: number;
      readonly sizeBytes: number;
    }
  /** What the comparison with the daemon found. */
  | { readonly type: 'compare'; readonly plan: LoadPlan }
  /** Bytes of layers that went into the daemon so far. */
  | { readonly type: 'load'; readonly sentBytes: number; readonly totalBytes: number }
  /** Something did not go the usual way: what was tried, why it failed, what is done instead. */
  | { readonly type: 'notice'; readonly message: string };

export type OnProgress = (progress: Progress) => void;

import type { SolveStatus } from './buildkit/solve-status.js';
import type { Descriptor } from './oci/descriptor.js';
import type { LoadPlan } from './pipeline/plan/load-plan.js';

/** News of a running build and load, in order of time; one callback receives them all. */
export type Progress =
  /** The builder that was chosen, before anything else; none for a connection that was given. */
  | {
      readonly type: 'builder';
      readonly name: string;
      readonly driver: 'remote' | 'docker-container' | 'docker';
    }
  /** Steps, logs and warnings of the solve; a builder that is booted for it is told of as a step, too. */
  | { readonly type: 'solve'; readonly status: SolveStatus }
  /**
   * What was sent so far of a directory that the builder asked for, and the size of all that it wants of
   * it; the latter grows while the builder is still being told what there is.
   */
  | {
      readonly type: 'context';
      readonly name: string;
      readonly files: number;
      readonly sizeBytes: number;
      readonly wantedBytes: number;
    }
  /** What the comparison with the daemon found. */
  | { readonly type: 'compare'; readonly plan: LoadPlan }
  /** Bytes of layers that went to the daemon so far, and those of the layer that moved. */
  | {
      readonly type: 'load';
      readonly sentBytes: number;
      readonly totalBytes: number;
      readonly layer: Descriptor;
      readonly layerBytes: number;
    }
  /** Something did not go the usual way: what was tried, why it failed, what is done instead. */
  | { readonly type: 'notice'; readonly message: string };

/** Called with each report of a build or load, in order of time. */
export type OnProgress = (progress: Progress) => void;

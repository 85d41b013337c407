import type { Attachable } from '../buildkit/session/attachable.js';
import type { Exporter } from '../buildkit/solve.js';
import type { WayOptions } from './plan/choose-ways.js';
import type { LinkedBuilds } from './solve/solve-options.js';

/** How a plan is run by itself. */
export interface RunOptions extends LinkedBuilds, WayOptions {
  /** What becomes of the result, default an image in the builder's content store. */
  readonly exporter?: Exporter | undefined;
  /** Services for the builder beside the plan's directories, secrets and the user's credentials. */
  readonly attachables?: readonly Attachable[] | undefined;
  /**
   * About how many bytes of layers, of those that the builder has to send since it does not hold them,
   * are kept here at a time; default 512 MiB.
   */
  readonly spoolSizeBytes?: number | undefined;
}

/** How a plan with outputs is run. */
export interface RunOutputsOptions extends Omit<RunOptions, 'exporter'> {
  /** Whether the builder is in the daemon that images are for, default false. */
  readonly inEngine?: boolean | undefined;
}

/** How a plan is run to its end. */
export interface RunPlanOptions extends Omit<RunOptions, 'exporter'> {
  /**
   * Whether to ask the daemon as soon as the builder is connected, default false: after the builder's
   * first step, since what this side does before that the builder waits for.
   */
  readonly observesEagerly?: boolean | undefined;
}

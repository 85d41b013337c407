import type { BuildKit } from '../../buildkit/buildkit.js';
import type { Exporter } from '../../buildkit/solve.js';
import type { BuildPlan } from '../plan/build-plan.js';
import type { LinkedBuilds, SolveServices } from '../solve/solve-options.js';

/** A solve that makes one image. */
export interface ImageSolve {
  /** Default an image in the builder's content store. */
  readonly exporter?: Exporter | undefined;
  readonly services: SolveServices;
  readonly links?: LinkedBuilds | undefined;
}

/** What it takes to run such a solve once more. */
export interface RepeatableSolve {
  readonly plan: BuildPlan;
  readonly builder: BuildKit;
  readonly solve: ImageSolve;
}

import type { BuildPlan } from '@warmdock/core';

/** One image of several that are built together. */
export interface TargetPlan {
  /** As bake calls the target; for compose the service's name with `_` for each dot. */
  readonly name: string;
  readonly plan: BuildPlan;
  /** Stands in the place of the Dockerfile that the plan expects on standard input. */
  readonly dockerfile?: string;
  /** Names of the targets whose results this one begins with. */
  readonly needs: readonly string[];
}

/** Builds that make one pass, as plain JSON; what a target needs stands before it. */
export interface TargetSet {
  readonly targets: readonly TargetPlan[];
  /** Names of the targets that were asked for; the others are built for them alone, and not loaded. */
  readonly wanted: readonly string[];
}

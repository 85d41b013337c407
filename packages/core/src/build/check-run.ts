import type { BuildKit } from '../buildkit/buildkit.js';
import { checkArgument, checkOptions } from '../options/check-options.js';
import type { BuildPlan } from './build-plan.js';
import { plan as aPlan, buildKit, runChecks } from './option-checks.js';

/** Checks what a call that runs a plan was given, as `checkOptions` does. */
export function checkRun(call: string, plan: BuildPlan, builder: BuildKit, options: object): void {
  checkArgument(call, 'plan', plan, aPlan);
  checkArgument(call, 'builder', builder, buildKit);
  checkOptions(call, options, runChecks);
}

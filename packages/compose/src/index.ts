export { type BakeOptions, planBake } from './bake/plan-bake.js';
export type { ComposeOptions } from './compose/compose-options.js';
export type { ComposeEnding } from './compose/compose-version.js';
export { type ComposePlan, planCompose } from './compose/plan-compose.js';
export { type RunPlansOptions, runPlans } from './run/run-plans.js';
export { TargetError } from './run/target-error.js';
export type { TargetPlan, TargetSet } from './targets/target-set.js';

import type { BuildKit } from '../buildkit/buildkit.js';
import type { BuildPlan } from './build-plan.js';
import type { RunSolveOptions } from './run-build.js';

type Answer = Promise<Readonly<Record<string, string>>>;

/** A plan whose inputs are at hand; dispose of it when no solve needs them any more. */
export interface OpenedPlan extends AsyncDisposable {
  /** With what only reading could tell. */
  readonly plan: BuildPlan;
  /** With services and stores for what the plan names. */
  readonly options: RunSolveOptions;
  /** Present when something is left to do after the builder's answer, which it waits for and passes on. */
  readonly finish?: ((answer: Answer) => Answer) | undefined;
}

/** Gets hold of what a plan reads beside directories and secrets; an everyday plan has nothing of that. */
export async function openPlan(
  plan: BuildPlan,
  builder: BuildKit,
  options: RunSolveOptions,
): Promise<OpenedPlan> {
  if (isEveryday(plan)) return { plan, options, [Symbol.asyncDispose]: async () => {} };
  const { openInputs } = await import('./open-inputs.js');
  return openInputs(plan, builder, options);
}

function isEveryday(plan: BuildPlan): boolean {
  const { stdin, dockerfileUrl, ociLayouts, ssh, cacheFrom, cacheTo, frontendAttrs } = plan;
  const others = stdin ?? dockerfileUrl ?? ociLayouts ?? ssh ?? cacheFrom ?? cacheTo;
  return others === undefined && frontendAttrs['add-hosts'] === undefined;
}

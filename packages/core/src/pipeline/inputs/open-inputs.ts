import type { BuildKit } from '../../buildkit/buildkit.js';
import type { CallContext } from '../../call-context.js';
import type { BuildPlan } from '../plan/build-plan.js';
import { noServices } from '../solve/solve-options.js';
import type { OpenedPlan } from './solve-input.js';

/** Gets hold of what a plan reads beside directories and secrets; an everyday plan has nothing of that. */
export async function openInputs(
  plan: BuildPlan,
  builder: BuildKit,
  context: CallContext,
): Promise<OpenedPlan> {
  if (hasOnlyLocalInputs(plan))
    return { plan, services: noServices, [Symbol.asyncDispose]: async () => {} };
  const { openRareInputs } = await import('./rare-inputs.js');
  return openRareInputs(plan, builder, context);
}

function hasOnlyLocalInputs(plan: BuildPlan): boolean {
  const { stdin, dockerfileUrl, ociLayouts, ssh, cacheFrom, cacheTo, frontendAttrs } = plan;
  const others = stdin ?? dockerfileUrl ?? ociLayouts ?? ssh ?? cacheFrom ?? cacheTo;
  return others === undefined && frontendAttrs['add-hosts'] === undefined;
}

import type { BuilderRule } from '@warmdock/core/buildkit';

/** What decided on the builder, in words that say how to change it. */
export const builderRuleText: Record<BuilderRule, string> = {
  name: '--builder',
  BUILDX_BUILDER: 'BUILDX_BUILDER',
  selected: 'docker buildx use',
  context: 'the docker context, nothing else is chosen',
};

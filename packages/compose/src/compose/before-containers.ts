import { WarmdockError } from '@warmdock/core';
import type { BakeDefinition, BakeTarget } from '../targets/bake-definition.js';
import type { ComposeOptions } from './compose-options.js';
import { missingImages, serviceOf } from './missing-images.js';
import type { ServiceImages } from './project-images.js';
import { checkPullPolicies } from './pull-policies.js';

/** The builds that are to be done before containers are made. */
export interface BuildsBefore {
  readonly definition: BakeDefinition;
  /** Whether compose would build again what is there, unless it is told not to. */
  readonly mustNotBuild: boolean;
  /** See `MissingImages`; with `missingIn`. */
  readonly lookedFor?: readonly string[] | undefined;
}

/**
 * What of a definition is built for those who make containers of the images, as `containersBy` and
 * `missingIn` say. Throws `UNSUPPORTED` where compose would pull or build over what was built.
 */
export async function buildsBefore(
  definition: BakeDefinition,
  services: ServiceImages,
  { containersBy = 'up', missingIn, pullPolicy, env = process.env, signal }: ComposeOptions,
): Promise<BuildsBefore> {
  const toRun = forContainers(definition, services, env.DOCKER_DEFAULT_PLATFORM);
  if (!missingIn) {
    checkPullPolicies(services, containersBy);
    return { definition: toRun, mustNotBuild: true };
  }
  const engine = missingIn;
  const { targets, rebuilt, lookedFor } = await missingImages(toRun, services, {
    engine,
    pullPolicy,
    env,
    signal,
  });
  if (rebuilt !== undefined && containersBy === 'run')
    throw new WarmdockError('UNSUPPORTED', `service ${rebuilt} is built each time`);
  return {
    definition: { ...toRun, group: { ...toRun.group, default: { targets: [...targets] } } },
    mustNotBuild: rebuilt !== undefined,
    lookedFor,
  };
}

/** A container runs on one platform: its service's own, else the default one, else, of several, the builder's. */
function forContainers(
  definition: BakeDefinition,
  services: ServiceImages,
  defaultPlatform = '',
): BakeDefinition {
  const forOnePlatform = (target: BakeTarget): BakeTarget => {
    if ((target.platforms ?? []).length < 2) return target;
    const platform = services[serviceOf(target)]?.platform || defaultPlatform;
    return { ...target, platforms: platform ? [platform] : [], output: ['type=docker'] };
  };
  const targets = Object.entries(definition.target).map(([name, target]) => [
    name,
    forOnePlatform(target),
  ]);
  return { ...definition, target: Object.fromEntries(targets) };
}

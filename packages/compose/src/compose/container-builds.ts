import type { BakeDefinition, BakeTarget } from '../targets/bake-definition.js';
import type { ServiceImages } from './project-images.js';

/** Those builds of a definition that make images of these services, or of such as get no container. */
export function buildsOfServices(
  definition: BakeDefinition,
  wanted: readonly string[],
  services: ServiceImages,
): BakeDefinition {
  const targets = (definition.group?.default?.targets ?? []).filter((name) => {
    const service = serviceOf(definition.target[name]);
    return wanted.includes(service) || !services[service];
  });
  return { ...definition, group: { ...definition.group, default: { targets } } };
}

/** A container runs on one platform: its service's own, else the default one, else, of several, the builder's. */
export function buildsForContainers(
  definition: BakeDefinition,
  services: ServiceImages,
  { DOCKER_DEFAULT_PLATFORM: defaultPlatform }: NodeJS.ProcessEnv,
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

/** By the label that compose gives all its images. */
function serviceOf(target: BakeTarget | undefined): string {
  return target?.labels?.['com.docker.compose.service'] ?? '';
}

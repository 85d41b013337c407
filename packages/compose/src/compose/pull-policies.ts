import { WarmdockError } from '@warmdock/core';
import type { ServiceImages } from './project-images.js';

/** Of services with a build, those with which compose leaves an image alone that is there. */
const harmless = new Set(['', 'if_not_present', 'missing', 'never']);

/** Checks that compose would not pull or build an image over one that was built. Throws `UNSUPPORTED`. */
export function checkPullPolicies(services: ServiceImages, containersBy: 'up' | 'run'): void {
  for (const [name, { build, pull_policy: policy = '' }] of Object.entries(services)) {
    if (!build || harmless.has(policy)) continue;
    // `run` has no `--no-build`.
    if (policy === 'build' && containersBy === 'up') continue;
    throw new WarmdockError('UNSUPPORTED', `service ${name} has the pull policy ${policy}`);
  }
}

/** Checks that compose may be told not to build what it builds each time. Throws `UNSUPPORTED`. */
export function checkRebuilds(service: string | undefined, containersBy: 'up' | 'run'): void {
  if (service === undefined || containersBy === 'up') return;
  throw new WarmdockError('UNSUPPORTED', `service ${service} is built each time`);
}

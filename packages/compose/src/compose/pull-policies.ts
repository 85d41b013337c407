import { WarmdockError } from '@warmdock/core';
import * as z from 'zod/mini';
import type { ComposeProgram } from './compose-program.js';
import { readConfig } from './read-config.js';

const schema = z.object({
  services: z.record(
    z.string(),
    z.object({ build: z.optional(z.unknown()), pull_policy: z.optional(z.string()) }),
  ),
});

/** Of services with a build, those with which compose leaves an image alone that is there. */
const harmless = new Set(['', 'if_not_present', 'missing', 'never']);

/** Checks that compose would not pull or build an image over one that was built. Throws `UNSUPPORTED`. */
export async function checkPullPolicies(
  compose: ComposeProgram,
  containersBy: 'up' | 'run',
  services: readonly string[] = [],
): Promise<void> {
  const printed = await compose.ask('config', '--format', 'json', ...services);
  const config = readConfig(printed, schema);
  for (const [name, { build, pull_policy: policy = '' }] of Object.entries(config.services)) {
    if (!build || harmless.has(policy)) continue;
    // `run` has no `--no-build`.
    if (policy === 'build' && containersBy === 'up') continue;
    throw new WarmdockError('UNSUPPORTED', `service ${name} has the pull policy ${policy}`);
  }
}

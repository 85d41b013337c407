import { WarmdockError } from '@warmdock/core';
import type { ComposeOptions } from './compose-options.js';

/** Checks that compose names images by project and service as usual. Throws `UNSUPPORTED` for its compatibility mode. */
export function checkImageNames(
  { projectFlags = [] }: ComposeOptions,
  env: NodeJS.ProcessEnv,
): void {
  const isAsked = projectFlags.some((flag) => flag.startsWith('--compatibility'));
  if (!isAsked && !env.COMPOSE_COMPATIBILITY) return;
  throw new WarmdockError('UNSUPPORTED', "compose's compatibility mode names images its own way");
}

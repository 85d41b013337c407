import type { LocalDirectory } from '../plan/build-plan.js';
import { machineKey } from './machine-key.js';

/**
 * The key under which the builder keeps its copy of these directories for the next build.
 *
 * Stable for a directory on this machine, and unguessable for others: whoever knows it could seed
 * the copy with files of the same size and time but other content. Where the machine's secret
 * cannot be kept, the key holds for one build, and the next one sends its context whole.
 */
export function contextKey(locals: readonly LocalDirectory[], env: NodeJS.ProcessEnv): string {
  return machineKey(
    `context:${JSON.stringify(locals.map(({ name, directory }) => [name, directory]))}`,
    env,
  );
}

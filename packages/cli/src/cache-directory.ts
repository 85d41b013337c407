import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where things are kept that may be removed at any time; `undefined` for a user whose home does not exist. */
export function cacheDirectory(env: NodeJS.ProcessEnv): string | undefined {
  const { XDG_CACHE_HOME, HOME } = env;
  const parent = XDG_CACHE_HOME || (HOME && existsSync(HOME) && join(HOME, '.cache'));
  return parent ? join(parent, 'warmdock') : undefined;
}

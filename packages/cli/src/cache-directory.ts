import { join } from 'node:path';

/** Where things are kept that may be removed at any time; `undefined` for a user without a home. */
export function cacheDirectory(env: NodeJS.ProcessEnv): string | undefined {
  const parent = env.XDG_CACHE_HOME || (env.HOME && join(env.HOME, '.cache'));
  return parent && join(parent, 'warmdock');
}

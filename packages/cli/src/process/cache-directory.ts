import { join } from 'node:path';
import { userDirectory } from '@warmdock/core/internal';

/** Where things are kept that may be removed at any time; `undefined` for a user without a home that exists. */
export function cacheDirectory(env: NodeJS.ProcessEnv): string | undefined {
  if (!env.XDG_CACHE_HOME && !env.HOME) return undefined;
  const directory = userDirectory('cache', env);
  return directory && join(directory, 'warmdock');
}

import { join } from 'node:path';
import { userDirectory } from './user-directory.js';

/** Where this user's state is kept from build to build: `$XDG_STATE_HOME/warmdock`, whether or not it exists; `undefined` where it has no place. */
export function stateDirectory(env: NodeJS.ProcessEnv): string | undefined {
  const directory = userDirectory('state', env);
  return directory && join(directory, 'warmdock');
}

import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where this user's state is kept from build to build: `$XDG_STATE_HOME/warmdock`, whether or not it exists. */
export function stateDirectory(env: NodeJS.ProcessEnv): string {
  return join(env.XDG_STATE_HOME || join(env.HOME || homedir(), '.local', 'state'), 'warmdock');
}

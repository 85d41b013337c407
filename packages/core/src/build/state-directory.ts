import { mkdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where this user's state is kept from build to build: `$XDG_STATE_HOME/warmdock`, whether or not it exists. */
export function stateDirectory(env: NodeJS.ProcessEnv): string {
  return join(env.XDG_STATE_HOME || join(homeOf(env), '.local', 'state'), 'warmdock');
}

/** Makes it where it is missing, but no home: one that does not exist, as system users have, is to stay so. Throws. */
export function makeStateDirectory(env: NodeJS.ProcessEnv): void {
  if (!env.XDG_STATE_HOME) statSync(homeOf(env));
  mkdirSync(stateDirectory(env), { recursive: true, mode: 0o700 });
}

function homeOf(env: NodeJS.ProcessEnv): string {
  return env.HOME || homedir();
}

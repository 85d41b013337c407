import { existsSync, statSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';

/** Where files of each kind are below a home, and which variable names another place: as XDG has it. */
const kinds = {
  cache: { variable: 'XDG_CACHE_HOME', below: '.cache' },
  data: { variable: 'XDG_DATA_HOME', below: '.local/share' },
  state: { variable: 'XDG_STATE_HOME', below: '.local/state' },
} as const;

/**
 * Where this user's programs keep files of that kind, whether or not it exists; `undefined` for a
 * user whose home does not exist.
 *
 * Never in the home of another user, who could not remove them: `sudo -E`, and containers into which
 * a home is mounted, leave `HOME` at that. The user's own home by the password database counts then.
 */
export function userDirectory(
  kind: keyof typeof kinds,
  env: NodeJS.ProcessEnv,
): string | undefined {
  const { variable, below } = kinds[kind];
  const named = env[variable];
  if (named && !isOfAnother(named) && !isInHomeOfAnother(named, env)) return named;
  const home = ownHome(env);
  return home !== undefined && existsSync(home) ? join(home, below) : undefined;
}

function isInHomeOfAnother(path: string, { HOME: home }: NodeJS.ProcessEnv): boolean {
  return Boolean(home) && path.startsWith(`${home}/`) && isOfAnother(home ?? '');
}

function ownHome(env: NodeJS.ProcessEnv): string | undefined {
  const named = env.HOME || homedir();
  if (!isOfAnother(named)) return named;
  const known = homeByDatabase();
  return known === undefined || isOfAnother(known) ? undefined : known;
}

function homeByDatabase(): string | undefined {
  try {
    return userInfo().homedir;
  } catch {
    // An ID without an entry, as containers are run with.
    return undefined;
  }
}

/** Whether what is there of the path is a third user's: not this one's, and not the system's. */
function isOfAnother(path: string): boolean {
  const owner = ownerOf(path);
  return owner !== undefined && owner !== 0 && owner !== process.geteuid?.();
}

/** Of the path, or of the folder that it would be made in; `undefined` when that cannot be told. */
function ownerOf(path: string): number | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found) return found.uid;
  } catch {
    return undefined;
  }
  return dirname(path) === path ? undefined : ownerOf(dirname(path));
}

import { readFileSync } from 'node:fs';
import { constants } from 'node:os';

const prefix = 'WARMDOCK_USER_';

/** What `bin/start-node` hands over in variables of its own. */
export interface Launch {
  /** Signals that this process was started to ignore, which Node has forgotten. */
  readonly ignored: readonly NodeJS.Signals[];
}

/**
 * Gives `env` the variables back that `bin/start-node` has hidden from Node, for programs that this
 * one starts, and takes out what that has added.
 */
export function restoreEnvironment(env: NodeJS.ProcessEnv): Launch {
  const { WARMDOCK_EXTRA_CA_CERTS: authorities, WARMDOCK_IGNORED_SIGNALS: ignored = '' } = env;
  if (authorities) env.NODE_EXTRA_CA_CERTS = authorities;
  for (const name of Object.keys(env).filter((name) => name.startsWith(prefix))) {
    env[name.slice(prefix.length)] = env[name];
    delete env[name];
  }
  delete env.WARMDOCK_IGNORED_SIGNALS;
  return { ignored: ignored === 'parent' ? ignoredBy(process.ppid) : signalsOf(ignored) };
}

function signalsOf(names: string): NodeJS.Signals[] {
  const words = names.split(' ').filter((name) => name !== '');
  return words.map((name) => `SIG${name}` as NodeJS.Signals);
}

/** Those of the launcher's signals that the process ignores; none where the kernel does not tell. */
export function ignoredBy(pid: number): NodeJS.Signals[] {
  const mask = Number.parseInt(
    /^SigIgn:\s*[0-9a-f]{8}([0-9a-f]{8})$/m.exec(statusOf(pid))?.[1] ?? '0',
    16,
  );
  const names = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'] as const;
  return names.filter((name) => (mask & (1 << (constants.signals[name] - 1))) !== 0);
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'latin1');
  } catch {
    return '';
  }
}

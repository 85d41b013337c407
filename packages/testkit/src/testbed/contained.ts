import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const enterRootfs = fileURLToPath(new URL('enter-rootfs.sh', import.meta.url));

export interface ContainOptions {
  rootfs: string;
  /** The only folder of the host that the process sees, as `/srv`. */
  stateDir: string;
  command: readonly string[];
  logPath: string;
}

/** A process tree in mount and pid namespaces of its own. */
export interface Contained extends AsyncDisposable {
  readonly pid: number;
  readonly logPath: string;
  /** Resolves when the whole tree is gone. */
  readonly exited: Promise<void>;
  hasExited(): boolean;
  /** Kills the whole tree and resolves when it is gone; may be called again. */
  kill(): Promise<void>;
}

/**
 * Starts `command` inside the rootfs, in private mount and pid namespaces.
 *
 * The kernel kills everything in a pid namespace when its first process dies, so nothing can
 * outlive the tree: containers, shims, daemons that forked. `--kill-child` and the parent death
 * signal extend that to the death of this process, `kill -9` included.
 */
export function startContained(options: ContainOptions): Contained {
  mkdirSync(dirname(options.logPath), { recursive: true });
  const log = openSync(options.logPath, 'a');
  const child = spawn('setpriv', argvOf(options), {
    stdio: ['ignore', log, log],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root' },
    cwd: '/',
  });
  closeSync(log);
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const hasExited = () =>
    child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
  const kill = async () => {
    if (!hasExited()) killTree(child);
    await exited;
  };
  return {
    pid: child.pid ?? -1,
    logPath: options.logPath,
    exited,
    hasExited,
    kill,
    [Symbol.asyncDispose]: kill,
  };
}

function argvOf({ rootfs, stateDir, command }: ContainOptions): string[] {
  const namespaces = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child'];
  const inside = ['sh', enterRootfs, rootfs, stateDir, ...command];
  return ['--pdeathsig', 'KILL', 'unshare', ...namespaces, ...inside];
}

/**
 * Kills the namespace's first process. Its parent, `unshare`, reaps it only after the kernel has
 * emptied the namespace; killing `unshare` itself would lose that notice.
 */
function killTree(unshare: ChildProcess): void {
  const init = firstChildOf(unshare.pid as number);
  if (init === undefined) unshare.kill('SIGKILL');
  else process.kill(init, 'SIGKILL');
}

function firstChildOf(pid: number): number | undefined {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return children === '' ? undefined : Number(children.split(' ')[0]);
  } catch {
    return undefined;
  }
}

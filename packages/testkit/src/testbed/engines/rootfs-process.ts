import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const enterRootfs = fileURLToPath(new URL('enter-rootfs.sh', import.meta.url));

export interface RootfsProcessOptions {
  rootfs: string;
  /** The only folder of the host that the process sees, as `/srv`. */
  stateDir: string;
  /** Folders of the host that it sees besides. */
  mounts?: readonly BindMount[];
  command: readonly string[];
  logPath: string;
}

export interface BindMount {
  /** A folder of the host, or `tmpfs` for one in memory, which goes with the process tree. */
  source: string;
  /** Absolute; what the root filesystem has below the first name of it is hidden. */
  target: string;
  readOnly: boolean;
}

/** A process tree in mount and pid namespaces of its own. */
export interface RootfsProcess extends AsyncDisposable {
  readonly pid: number;
  readonly logPath: string;
  /** Resolves when the whole tree is gone. */
  readonly exited: Promise<void>;
  hasExited(): boolean;
  /** Kills the whole tree and resolves when it is gone; may be called again. */
  kill(): Promise<void>;
  /** Sends SIGTERM to its first process, and resolves when the whole tree is gone: with the exit code. */
  terminate(): Promise<number | null>;
}

/**
 * Starts `command` inside the rootfs, in private mount and pid namespaces.
 *
 * The kernel kills everything in a pid namespace when its first process dies, so nothing can
 * outlive the tree: containers, shims, daemons that forked. `--kill-child` and the parent death
 * signal extend that to the death of this process, `kill -9` included.
 */
export function startRootfsProcess(options: RootfsProcessOptions): RootfsProcess {
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
    if (!hasExited()) signalTree(child, 'SIGKILL');
    await exited;
  };
  const terminate = async () => {
    if (!hasExited()) signalTree(child, 'SIGTERM');
    await exited;
    return child.exitCode;
  };
  return {
    pid: child.pid ?? -1,
    logPath: options.logPath,
    exited,
    hasExited,
    kill,
    terminate,
    [Symbol.asyncDispose]: kill,
  };
}

function argvOf({ rootfs, stateDir, mounts = [], command }: RootfsProcessOptions): string[] {
  const namespaces = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child'];
  const binds = mounts.flatMap(({ source, target, readOnly }) => [
    source,
    target,
    readOnly ? 'ro' : 'rw',
  ]);
  const inside = ['sh', enterRootfs, rootfs, stateDir, ...binds, '--', ...command];
  return ['--pdeathsig', 'KILL', 'unshare', ...namespaces, ...inside];
}

/**
 * Signals the namespace's first process. Its parent, `unshare`, reaps it only after the kernel has
 * emptied the namespace; killing `unshare` itself would lose that notice.
 */
function signalTree(unshare: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): void {
  const init = firstChildOf(unshare.pid as number);
  if (init === undefined) unshare.kill(signal);
  else killUnlessGone(init, signal);
}

/** A process that ends right now needs no signal. */
function killUnlessGone(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function firstChildOf(pid: number): number | undefined {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return children === '' ? undefined : Number(children.split(' ')[0]);
  } catch {
    return undefined;
  }
}

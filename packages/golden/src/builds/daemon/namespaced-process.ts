import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { WarmdockError } from '@warmdock/core';
import type { Mount } from '../../store/golden-store.js';

export interface NamespacedProcessOptions {
  readonly command: readonly string[];
  /** The whole environment; its PATH must lead to setpriv, unshare and sh, too. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** A file, or a stream that stays open. */
  readonly output: number | Writable;
  /** Mounts that only the process tree sees; default none. */
  readonly mounts?: readonly Mount[] | undefined;
  /** A folder that is empty and private for the process tree. */
  readonly ownFolder?: string | undefined;
  /**
   * Runs beside the command: starts before it and is stopped after it. When it ends, so does the
   * command. Default none.
   */
  readonly companion?: Companion | undefined;
  /** Who gets SIGTERM: the command, or everything in the tree. */
  readonly terminates: 'command' | 'all';
}

export interface Companion {
  readonly command: readonly string[];
  /** The command begins when this socket is there. */
  readonly socket: string;
}

/** A process tree in mount and pid namespaces of its own. */
export interface NamespacedProcess extends AsyncDisposable {
  /**
   * The command's exit code, 128 + n for signal n, once the whole tree is gone. What the command
   * leaves running is killed. Not 0 when the tree was killed. Rejects with `UNSUPPORTED` when it
   * could not be started.
   */
  readonly ended: Promise<number>;
  /** Sends SIGTERM, and kills the tree after `graceMs`. Resolves to how it ended. */
  terminate(graceMs: number): Promise<'ended' | 'killed'>;
}

/**
 * The namespaces' init process. It reaps orphans and forwards SIGTERM: the kernel drops signals for
 * an init process without a handler.
 *
 * A trapped signal makes `wait` return more than 128, whether the command runs or has ended. In the
 * second case, the next `wait` returns its code, or 127 when that was returned before.
 */
const init = `
exec 2>&1
terminates=$1; own=$2; companion=$3; socket=$4; shift 4
terminate() { if [ "$terminates" = all ]; then kill -TERM -1; else kill -TERM "$main"; fi; }
# A shell waits for one of its children; the other's end is looked for.
follow() {
  while kill -0 "$companion" 2>/dev/null; do sleep 0.5; done
  kill -TERM "$main"
}
finish() {
  [ -n "$companion" ] || exit "$1"
  kill -TERM "$companion" 2>/dev/null
  wait "$companion"
  last=$?
  [ "$1" -eq 0 ] || exit "$1"
  exit "$last"
}
trap 'asked=yes; [ -z "\${main-}" ] || terminate' TERM
if [ -n "$own" ]; then mkdir -p "$own" && mount -t tmpfs -o mode=0711 tmpfs "$own" || exit 126; fi
while [ "$1" != -- ]; do
  mount --bind "$2" "$3" || exit 126
  if [ "$1" = ro ]; then mount -o remount,bind,ro "$3" || exit 126; fi
  shift 3
done
shift
if [ -n "$companion" ]; then
  eval "$companion" '&'
  companion=$!
  until [ -S "$socket" ]; do
    kill -0 "$companion" 2>/dev/null || exit 125
    [ -z "\${asked-}" ] || break
    sleep 0.02
  done
fi
[ -z "\${asked-}" ] || finish 143
"$@" &
main=$!
[ -z "$companion" ] || follow &
[ -z "\${asked-}" ] || terminate
while :; do
  wait "$main"; code=$?
  [ "$code" -gt 128 ] || finish "$code"
  kill -0 "$main" 2>/dev/null && continue
  wait "$main" 2>/dev/null; last=$?
  [ "$last" -ne 127 ] || finish "$code"
  finish "$last"
done
`;

/** Unmounts outside reach the inside, or a volume would stay in use as long as the tree runs. */
const seesUnmounts = ['--propagation', 'slave'];

/**
 * Starts a command in private mount and pid namespaces. Needs root and util-linux.
 *
 * The kernel kills everything in a pid namespace when its first process dies, so nothing outlives
 * the tree: containers, their shims, daemons that forked. `--kill-child` and the parent death
 * signal extend that to the death of this process (in a worker, of the thread), even by `kill -9`.
 * A session of its own keeps Ctrl-C away.
 */
export function startNamespacedProcess(options: NamespacedProcessOptions): NamespacedProcess {
  const { env, cwd, output } = options;
  const target = typeof output === 'number' ? output : 'pipe';
  const child = spawn('setpriv', argvOf(options), {
    env,
    cwd,
    detached: true,
    stdio: ['ignore', target, target],
  });
  const exitCode = exitCodeOf(child);
  const ended = copyOutput(child, output).then(() => exitCode);
  const terminate = async (graceMs: number) => {
    if (!hasEnded(child)) signalTree(child, 'SIGTERM');
    const timer = new AbortController();
    const late = delay(graceMs, 'late', { signal: timer.signal }).catch(() => undefined);
    const settled = ended.then(
      () => 'ended' as const,
      () => 'ended' as const,
    );
    const isLate = (await Promise.race([settled, late])) === 'late';
    timer.abort();
    if (isLate && !hasEnded(child)) signalTree(child, 'SIGKILL');
    await settled;
    return isLate ? 'killed' : 'ended';
  };
  return {
    ended,
    terminate,
    async [Symbol.asyncDispose]() {
      await terminate(0);
    },
  };
}

function argvOf(options: NamespacedProcessOptions): string[] {
  const { command, mounts = [], ownFolder = '', companion, terminates } = options;
  const namespaces = [
    '--mount',
    ...seesUnmounts,
    '--pid',
    '--fork',
    '--kill-child',
    '--mount-proc',
  ];
  const bound = mounts.flatMap(({ source, target, readOnly }) =>
    source === target && !readOnly ? [] : [readOnly ? 'ro' : 'rw', source, target],
  );
  const beside = [companion?.command.map(quote).join(' ') ?? '', companion?.socket ?? ''];
  const how = [terminates, ownFolder, ...beside, ...bound];
  const inside = ['sh', '-c', init, 'sh', ...how, '--', ...command];
  return ['--pdeathsig', 'KILL', 'unshare', ...namespaces, ...inside];
}

/** One word of a shell. */
function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

function exitCodeOf(child: ChildProcess): Promise<number> {
  const ended = new Promise<number>((resolve, reject) => {
    child.once('exit', (code, signal) => resolve(code ?? 128 + numberOf(signal)));
    child.once('error', (cause) => reject(notStarted(cause)));
  });
  // Only those who await it have to handle the rejection.
  ended.catch(() => {});
  return ended;
}

/** When the output fails, the tree sees a closed pipe. */
async function copyOutput(child: ChildProcess, output: number | Writable): Promise<void> {
  if (typeof output === 'number') return;
  const copies = [child.stdout, child.stderr].map((stream) =>
    stream ? pipeline(stream, output, { end: false }) : undefined,
  );
  await Promise.allSettled(copies);
}

/**
 * Signals the namespace's first process. Its parent, `unshare`, reaps it only after the kernel has
 * emptied the namespace; killing `unshare` itself would lose that notice.
 */
function signalTree(unshare: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  const first = firstChildOf(unshare.pid);
  if (first === undefined) unshare.kill('SIGKILL');
  // A shell that is about to exec the command would lose the signal.
  else killUnlessGone(first, hasBegun(first) ? signal : 'SIGKILL');
}

/** A process that ends right now needs no signal. */
function killUnlessGone(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Whether the first process has a child that runs another program. */
function hasBegun(first: number): boolean {
  const child = firstChildOf(first);
  return child !== undefined && commandLineOf(child) !== commandLineOf(first);
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
}

function firstChildOf(pid: number | undefined): number | undefined {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim();
    return children === '' ? undefined : Number(children.split(' ')[0]);
  } catch {
    return undefined;
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

function numberOf(signal: NodeJS.Signals | null): number {
  return signal === null ? 0 : constants.signals[signal];
}

function notStarted(cause: Error): WarmdockError {
  return new WarmdockError('UNSUPPORTED', `cannot run setpriv: ${cause.message}`, {
    hint: 'Install util-linux, run as root, and see whether the working folder exists.',
    cause,
  });
}

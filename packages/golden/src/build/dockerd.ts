import { closeSync, openSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { cancelled, connectEngine, parseEngineAddress, WarmdockError } from '@warmdock/core';
import type { ImageStore } from '../data-root/tree.js';
import type { Clone } from '../store/golden-store.js';
import { tailOf } from './build-logs.js';
import { type Contained, startContained } from './contained.js';
import type { DaemonLauncher, LaunchOptions, RunningDaemon } from './daemon.js';
import { baseEnvironment } from './environment.js';
import { removeRunFolder, runFolder } from './run-folder.js';

export interface DockerdOptions {
  /** Program and first arguments; default `['dockerd']`. */
  readonly command?: readonly string[] | undefined;
  /** Further arguments, such as `--bridge=none`; beside the machine's own daemon it needs a bridge of its own, or none. */
  readonly args?: readonly string[] | undefined;
  /** Content of its `daemon.json`, such as registry mirrors; the machine's own is not read. */
  readonly config?: Readonly<Record<string, unknown>> | undefined;
  /** Beside PATH, HOME and the like, for example proxies. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** For a project's first build; default: what the daemon takes by itself. Later ones keep their golden's. */
  readonly imageStore?: ImageStore | undefined;
  /** Default 60,000. */
  readonly readyTimeoutMs?: number | undefined;
  /** How long it may take to end in order; default 60,000. */
  readonly stopTimeoutMs?: number | undefined;
}

const defaultTimeoutMs = 60_000;
const pollMs = 20;
const tailLines = 20;

/** Here dockerd looks for a containerd that runs already; one of its own it starts elsewhere. */
const containerdRunFolder = '/run/containerd';

/**
 * Runs dockerd, and the containerd that it starts, on this machine: in mount and pid namespaces of
 * its own, with the machine's network. Needs root and util-linux.
 *
 * The launcher throws `UNAVAILABLE` with the daemon's last words when it does not come up, `TIMEOUT`,
 * `CANCELLED`, `UNSUPPORTED` for a golden with a containerd apart from dockerd.
 */
export function dockerdLauncher(options: DockerdOptions = {}): DaemonLauncher {
  return (clone, launch) => startDockerd(clone, options, launch);
}

async function startDockerd(
  clone: Clone,
  options: DockerdOptions,
  { signal, logPath }: LaunchOptions,
): Promise<RunningDaemon> {
  await assertOneRoot(clone);
  const folder = runFolder(clone.dataRoot);
  await removeRunFolder(clone.dataRoot);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, 'daemon.json'), JSON.stringify(configOf(clone, options)));
  const host = `unix://${join(folder, 'docker.sock')}`;
  const log = openSync(logPath, 'a', 0o600);
  const daemon = startContained({
    command: commandOf(clone.dataRoot, folder, host, options),
    env: { ...baseEnvironment(process.env), ...options.env },
    cwd: '/',
    output: log,
    mounts: clone.mounts,
    ownFolder: containerdRunFolder,
    terminates: 'command',
  });
  closeSync(log);
  const dispose = async () => {
    await daemon[Symbol.asyncDispose]();
    await removeRunFolder(clone.dataRoot);
  };
  try {
    await untilReady(host, daemon, logPath, options.readyTimeoutMs ?? defaultTimeoutMs, signal);
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    host,
    ended: daemon.ended,
    stop: () => stop(daemon, logPath, options.stopTimeoutMs ?? defaultTimeoutMs),
    [Symbol.asyncDispose]: dispose,
  };
}

async function assertOneRoot({ project, containerdRoot }: Clone): Promise<void> {
  const names = await readdir(containerdRoot).catch(() => []);
  if (names.length === 0) return;
  throw new WarmdockError(
    'UNSUPPORTED',
    `the golden of ${project} belongs to a containerd that runs apart from dockerd`,
    { hint: 'Build it with a daemon launcher that starts both.' },
  );
}

/** Flags that daemons of all versions know; a feature that one does not know it passes over. */
function configOf({ imageStore: kept }: Clone, { imageStore: wanted, config }: DockerdOptions) {
  const imageStore = kept ?? wanted;
  if (imageStore === undefined) return { ...config };
  const features = (config?.features ?? {}) as object;
  return {
    'storage-driver': imageStore === 'classic' ? 'overlay2' : 'overlayfs',
    ...config,
    features: { ...features, 'containerd-snapshotter': imageStore === 'containerd' },
  };
}

function commandOf(
  dataRoot: string,
  folder: string,
  host: string,
  { command = ['dockerd'], args = [] }: DockerdOptions,
): string[] {
  const places = {
    'config-file': join(folder, 'daemon.json'),
    'data-root': dataRoot,
    'exec-root': join(folder, 'exec'),
    pidfile: join(folder, 'docker.pid'),
    host,
  };
  const flags = Object.entries(places).map(([name, value]) => `--${name}=${value}`);
  return [...command, ...flags, ...args];
}

async function untilReady(
  host: string,
  daemon: Contained,
  logPath: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  const engine = connectEngine({ endpoint: parseEngineAddress(host) });
  const end = performance.now() + timeoutMs;
  let hasEnded = false;
  const note = () => {
    hasEnded = true;
  };
  daemon.ended.then(note, note);
  try {
    while (!(await answers(() => engine.ping({ signal })))) {
      if (signal.aborted) throw cancelled('start of dockerd', signal);
      if (hasEnded) throw await neverReady('ended', daemon, logPath);
      if (performance.now() > end)
        throw await neverReady(`did not answer within ${timeoutMs} ms`, undefined, logPath);
      await delay(pollMs);
    }
  } finally {
    engine.close();
  }
}

function answers(ask: () => Promise<unknown>): Promise<boolean> {
  return ask().then(
    () => true,
    () => false,
  );
}

async function neverReady(
  what: string,
  ended: Contained | undefined,
  logPath: string,
): Promise<WarmdockError> {
  // What kept it from being started at all says more.
  await ended?.ended;
  const said = await tailOf(logPath, tailLines);
  return new WarmdockError(
    ended ? 'UNAVAILABLE' : 'TIMEOUT',
    `start of dockerd: it ${what}; its last lines:\n${said}`,
    { hint: `All that it printed is in ${logPath}.` },
  );
}

async function stop(daemon: Contained, logPath: string, timeoutMs: number): Promise<void> {
  const isRunning = Symbol('running');
  const before = await Promise.race([daemon.ended, Promise.resolve(isRunning)]);
  const how = before === isRunning ? await daemon.terminate(timeoutMs) : 'ended';
  const exitCode = await daemon.ended;
  if (before === isRunning && how === 'ended' && exitCode === 0) return;
  const what =
    before !== isRunning
      ? 'had ended before it was told to'
      : how === 'killed'
        ? `had to be killed after ${timeoutMs} ms`
        : 'failed when it was told to';
  throw new WarmdockError(
    'UNAVAILABLE',
    `end of dockerd: it ${what} (code ${exitCode}); its last lines:\n${await tailOf(logPath, tailLines)}`,
    { hint: 'What it left cannot become a golden: build again.' },
  );
}

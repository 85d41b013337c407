import { closeSync, openSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { connectEngine, WarmdockError } from '@warmdock/core';
import { cancelled } from '@warmdock/core/internal';
import type { Clone } from '../../store/golden-store.js';
import { tailOf } from '../logs/build-logs.js';
import { openLogStream } from '../logs/log-stream.js';
import type { DaemonLauncher, LaunchOptions, RunningDaemon } from './daemon.js';
import { containerdState, type DockerdOptions, planDockerd } from './dockerd-plan.js';
import { baseEnvironment } from './environment.js';
import { isReachable } from './is-reachable.js';
import {
  type NamespacedProcess,
  type NamespacedProcessOptions,
  startNamespacedProcess,
} from './namespaced-process.js';
import { removeRunFolder, runFolder } from './run-folder.js';

const defaultTimeoutMs = 60_000;
const pollMs = 20;
const tailLines = 20;

/**
 * A launcher that runs dockerd, and its containerd, on this machine: in mount and pid namespaces of
 * their own, on the machine's network. Needs root and util-linux.
 *
 * It throws `UNAVAILABLE` with the daemon's last lines when that does not start, `TIMEOUT`, and
 * `CANCELLED`.
 */
export function dockerdLauncher(options: DockerdOptions = {}): DaemonLauncher {
  return (clone, launch) => startDockerd(clone, options, launch);
}

async function startDockerd(
  clone: Clone,
  options: DockerdOptions,
  { signal, logPath, redact }: LaunchOptions,
): Promise<RunningDaemon> {
  const folder = runFolder(clone.dataRoot);
  await removeRunFolder(clone.dataRoot);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { command, companion, files, host } = await planDockerd(clone, folder, options);
  for (const [path, content] of Object.entries(files)) await writeFile(path, content);
  const daemon = startLogged(logPath, redact, {
    command,
    companion,
    env: { ...baseEnvironment(process.env), ...options.env },
    cwd: '/',
    mounts: clone.mounts,
    ownFolder: containerdState,
    terminates: 'command',
  });
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

/** The daemon's log is complete once `ended` has settled. */
function startLogged(
  logPath: string,
  redact: LaunchOptions['redact'],
  options: Omit<NamespacedProcessOptions, 'output'>,
): NamespacedProcess {
  if (redact === undefined) {
    const log = openSync(logPath, 'a', 0o600);
    const daemon = startNamespacedProcess({ ...options, output: log });
    closeSync(log);
    return daemon;
  }
  const { output, written } = openLogStream(logPath, redact());
  // When it cannot be written, the daemon sees a closed pipe.
  written.catch(() => {});
  const daemon = startNamespacedProcess({ ...options, output });
  const ended = daemon.ended.finally(async () => {
    output.end();
    await written.catch(() => {});
  });
  ended.catch(() => {});
  const terminate = async (graceMs: number) => {
    const how = await daemon.terminate(graceMs);
    await ended.catch(() => {});
    return how;
  };
  return { ended, terminate, [Symbol.asyncDispose]: async () => void (await terminate(0)) };
}

async function untilReady(
  host: string,
  daemon: NamespacedProcess,
  logPath: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  const engine = connectEngine(host);
  const end = performance.now() + timeoutMs;
  let hasEnded = false;
  const note = () => {
    hasEnded = true;
  };
  daemon.ended.then(note, note);
  try {
    while (!(await isReachable(engine, signal))) {
      if (signal.aborted) throw cancelled('starting dockerd', signal);
      if (hasEnded) throw await startFailure('ended', daemon, logPath);
      if (performance.now() > end)
        throw await startFailure(`did not answer within ${timeoutMs} ms`, undefined, logPath);
      await delay(pollMs);
    }
  } finally {
    engine.close();
  }
}

async function startFailure(
  what: string,
  ended: NamespacedProcess | undefined,
  logPath: string,
): Promise<WarmdockError> {
  // Rejects with the better reason when it could not be started at all.
  await ended?.ended;
  const said = await tailOf(logPath, tailLines);
  return new WarmdockError(
    ended ? 'UNAVAILABLE' : 'TIMEOUT',
    `starting dockerd: it ${what}; its last lines:\n${said}`,
    { hint: `All that it printed is in ${logPath}.` },
  );
}

async function stop(daemon: NamespacedProcess, logPath: string, timeoutMs: number): Promise<void> {
  const isRunning = Symbol('running');
  const before = await Promise.race([daemon.ended, Promise.resolve(isRunning)]);
  const how = before === isRunning ? await daemon.terminate(timeoutMs) : 'ended';
  const exitCode = await daemon.ended;
  if (before === isRunning && how === 'ended' && exitCode === 0) return;
  const what =
    before !== isRunning
      ? 'had ended before it was told to stop'
      : how === 'killed'
        ? `had to be killed after ${timeoutMs} ms`
        : 'failed when it was told to stop';
  throw new WarmdockError(
    'UNAVAILABLE',
    `stopping dockerd: it ${what} (code ${exitCode}); its last lines:\n${await tailOf(logPath, tailLines)}`,
    { hint: 'Its data root cannot become a golden: build again.' },
  );
}

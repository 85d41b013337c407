import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connectEngine, WarmdockError } from '@warmdock/core';
import type { Redaction } from '../redact/redaction.js';
import type { Clone } from '../store/golden-store.js';
import type { DaemonLauncher, RunningDaemon } from './daemon/daemon.js';
import { isReachable } from './daemon/is-reachable.js';
import { quiesceDaemon } from './daemon/quiesce-daemon.js';
import { runScript, type Script } from './daemon/script.js';
import type { BuildLogs } from './logs/build-logs.js';
import type { BuildPhase } from './records/build-state.js';

export interface PopulateOptions {
  readonly operation: string;
  readonly script: Script;
  readonly daemon: DaemonLauncher;
  readonly logs: BuildLogs;
  readonly redaction: Redaction;
  readonly graceMs: number;
  readonly signal: AbortSignal;
  readonly enter: (phase: BuildPhase) => Promise<void>;
}

/**
 * Fills a clone: starts a daemon on it, runs the script, and stops the daemon. Resolves to the
 * names of the images in it. Nothing runs any more when it throws.
 */
export async function populateClone(clone: Clone, options: PopulateOptions): Promise<string[]> {
  const { operation, logs, signal, enter } = options;
  await enter('starting');
  const redact = options.redaction.isEmpty ? undefined : () => options.redaction.stream();
  await using daemon = await options.daemon(clone, { signal, logPath: logs.daemon, redact });
  await enter('running');
  await runBeside(daemon, clone, options);
  await enter('quiescing');
  const images = await imagesOf(daemon.host, signal);
  // A data root is a folder of the session's tree.
  await quiesceDaemon(daemon, dirname(clone.dataRoot), operation, { signal });
  return images;
}

/** Ends a script whose daemon is gone, so that it does not wait for it. */
async function runBeside(
  { host, ended }: RunningDaemon,
  clone: Clone,
  { operation, script, logs, graceMs, signal }: PopulateOptions,
): Promise<void> {
  const lost = new AbortController();
  const note = () => lost.abort();
  ended?.then(note, note);
  try {
    await runScript(script, {
      env: { ...clone.env, DOCKER_HOST: host, WARMDOCK_GOLDEN_BUILD: '1' },
      logPath: logs.script,
      graceMs,
      signal: AbortSignal.any([signal, lost.signal]),
    });
  } catch (cause) {
    if (signal.aborted) throw cause;
    // A script that uses the daemon may fail before the daemon has ended completely.
    if (!lost.signal.aborted && ((await answersStill(host, signal)) || !(await endsSoon(ended))))
      throw cause;
    throw new WarmdockError(
      'UNAVAILABLE',
      `${operation}: the daemon ended while the start-up script ran`,
      { hint: `All that it printed is in ${logs.daemon}.`, cause },
    );
  }
}

async function answersStill(host: string, signal: AbortSignal): Promise<boolean> {
  const engine = connectEngine(host);
  try {
    return await isReachable(engine, signal);
  } finally {
    engine.close();
  }
}

/** How long a daemon that does not answer any more may take to end. */
const GONE_MS = 5_000;

async function endsSoon(ended: RunningDaemon['ended']): Promise<boolean> {
  const hasEnded = () => true;
  return Promise.race([
    ended?.then(hasEnded, hasEnded) ?? false,
    delay(GONE_MS, false, { ref: false }),
  ]);
}

async function imagesOf(host: string, signal: AbortSignal): Promise<string[]> {
  const engine = connectEngine(host);
  try {
    return (await engine.listImages({ signal })).flatMap(({ tags }) => tags).sort();
  } finally {
    engine.close();
  }
}

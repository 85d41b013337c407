import { WarmdockError } from '@warmdock/core';
import { cancelled } from '@warmdock/core/internal';
import type { CallOptions } from '@warmdock/core/oci';
import { createRedaction, type Redaction } from '../../redact/redaction.js';
import { diskError } from '../../store/fs/disk-error.js';
import { tailOf } from '../logs/build-logs.js';
import { openLogStream } from '../logs/log-stream.js';
import { baseEnvironment, guessedSecrets } from './environment.js';
import { type NamespacedProcess, startNamespacedProcess } from './namespaced-process.js';

/** A project's start-up script: a program with its arguments, or text for `sh -c`. */
export type Script = ScriptOptions &
  (
    | { readonly path: string; readonly args?: readonly string[] | undefined }
    | { readonly shell: string }
  );

/** Where a start-up script runs, and with which variables. */
export interface ScriptOptions {
  /** Working folder; default: that of this process. */
  readonly cwd?: string | undefined;
  /**
   * More variables. A script inherits only PATH, HOME, USER, LOGNAME, SHELL, LANG, LANGUAGE, LC_*,
   * TZ and TMPDIR. Every build sets `DOCKER_HOST`, `WARMDOCK_GOLDEN_BUILD=1` and the clone's
   * `WARMDOCK_GOLDEN_*`.
   *
   * Values of 6 characters or more whose names suggest credentials are `***` in logs and errors.
   */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /**
   * Variables that are secret: each value, each of its lines, and their usual encodings are `***`
   * in logs and errors, whatever their length and name.
   */
  readonly secretEnv?: Readonly<Record<string, string>> | undefined;
}

export interface RunScriptOptions extends CallOptions {
  /** Variables of the build, which override the script's. */
  readonly env: Readonly<Record<string, string>>;
  readonly logPath: string;
  /** How long the script may take to end once the signal has fired. */
  readonly graceMs: number;
}

/** A start-up script failed: it ended with another code than 0. */
export class ScriptError extends WarmdockError {
  /** 128 + n when signal n ended it. */
  readonly exitCode: number;
  /** The last lines of its output, without secrets. */
  readonly logTail: string;

  constructor(exitCode: number, logTail: string, logPath: string) {
    const said = logTail === '' ? 'it printed nothing' : `its last lines:\n${logTail}`;
    super('BUILD_FAILED', `start-up script ended with code ${exitCode}; ${said}`, {
      hint: `All that it printed is in ${logPath}.`,
    });
    this.exitCode = exitCode;
    this.logTail = logTail;
  }
}

const tailLines = 20;

/**
 * Runs the script to its end in mount and pid namespaces of its own. Its background processes end
 * with it. Throws `ScriptError`, and `CANCELLED` once all of it is gone.
 */
export async function runScript(script: Script, options: RunScriptOptions): Promise<void> {
  const { logPath, graceMs, signal } = options;
  if (signal?.aborted) throw cancelled('start-up script', signal);
  const env = { ...baseEnvironment(process.env), ...variablesOf(script), ...options.env };
  const { output, written } = openLogStream(logPath, scriptRedaction(script).stream());
  const running = startNamespacedProcess({
    command: commandOf(script),
    env,
    cwd: script.cwd ?? process.cwd(),
    output,
    terminates: 'all',
  });
  written.catch(() => running.terminate(graceMs));
  const exitCode = await endOf(running, graceMs, signal).finally(() => output.end());
  await written.catch((error) => {
    throw diskError(`writing ${logPath}`, error);
  });
  if (signal?.aborted) throw cancelled('start-up script', signal);
  if (exitCode !== 0) throw new ScriptError(exitCode, await tailOf(logPath, tailLines), logPath);
}

/** Redacts the secrets among the script's variables. */
export function scriptRedaction({ env = {}, secretEnv = {} }: Script): Redaction {
  return createRedaction([...guessedSecrets(env), ...Object.values(secretEnv)]);
}

function variablesOf({ env, secretEnv }: Script): Record<string, string> {
  return { ...env, ...secretEnv };
}

async function endOf(
  running: NamespacedProcess,
  graceMs: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  const stop = () => void running.terminate(graceMs);
  signal?.addEventListener('abort', stop, { once: true });
  return running.ended.finally(() => signal?.removeEventListener('abort', stop));
}

function commandOf(script: Script): string[] {
  return 'shell' in script ? ['sh', '-c', script.shell] : [script.path, ...(script.args ?? [])];
}

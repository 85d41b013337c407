import { WarmdockError } from '@warmdock/core';
import { cancelled } from '@warmdock/core/internal';
import type { CallOptions } from '@warmdock/core/oci';
import { type Redaction, redactionOf } from '../../redact/redaction.js';
import { diskError } from '../../store/fs/disk-error.js';
import { tailOf } from '../logs/build-logs.js';
import { openLogStream } from '../logs/log-stream.js';
import { baseEnvironment, guessedSecrets } from './environment.js';
import { type Contained, startContained } from './namespaced-process.js';

/** A project's start-up script: a program with its arguments, or text for `sh -c`. */
export type Script = ScriptOptions &
  (
    | { readonly path: string; readonly args?: readonly string[] | undefined }
    | { readonly shell: string }
  );

export interface ScriptOptions {
  /** Default: that of this process. */
  readonly cwd?: string | undefined;
  /**
   * Beside what it inherits, which is PATH, HOME, USER, LOGNAME, SHELL, LANG, LANGUAGE, LC_*, TZ and
   * TMPDIR alone, and what every build sets: `DOCKER_HOST`, `WARMDOCK_GOLDEN_BUILD=1` and the clone's
   * `WARMDOCK_GOLDEN_*`. Values of variables that are credentials by their names, of 6 characters or
   * more, are `***` in logs and errors.
   */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /**
   * The same for secrets: each value, each line of it, and both as programs encode them, are `***` in
   * logs and errors, however short they are and whatever their names.
   */
  readonly secretEnv?: Readonly<Record<string, string>> | undefined;
}

export interface RunScriptOptions extends CallOptions {
  /** What the build sets; nothing of the script's own goes over it. */
  readonly env: Readonly<Record<string, string>>;
  readonly logPath: string;
  /** How long it may take to end when the signal fires. */
  readonly graceMs: number;
}

/** A start-up script that ended with another code than 0. */
export class ScriptError extends WarmdockError {
  /** 128 + n when signal n ended it. */
  readonly exitCode: number;
  /** Its last lines, credentials blacked out. */
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
 * Runs the script to its end, in mount and pid namespaces of its own: what it leaves in the
 * background ends with it. Throws `ScriptError`, and `CANCELLED` once all of it is gone.
 */
export async function runScript(script: Script, options: RunScriptOptions): Promise<void> {
  const { logPath, graceMs, signal } = options;
  if (signal?.aborted) throw cancelled('start-up script', signal);
  const env = { ...baseEnvironment(process.env), ...variablesOf(script), ...options.env };
  const { output, written } = openLogStream(logPath, scriptRedaction(script).stream());
  const running = startContained({
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

/** Of what is secret in the script's variables. */
export function scriptRedaction({ env = {}, secretEnv = {} }: Script): Redaction {
  return redactionOf([...guessedSecrets(env), ...Object.values(secretEnv)]);
}

function variablesOf({ env, secretEnv }: Script): Record<string, string> {
  return { ...env, ...secretEnv };
}

async function endOf(
  running: Contained,
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

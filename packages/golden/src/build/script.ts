import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { type CallOptions, cancelled, WarmdockError } from '@warmdock/core';
import { diskError } from '../store/disk-error.js';
import { tailOf } from './build-logs.js';
import { type Contained, startContained } from './contained.js';
import { baseEnvironment, secretsOf } from './environment.js';
import { redact } from './redact.js';

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
   * `WARMDOCK_GOLDEN_*`. Values of variables that are credentials by their names are `***` in the log.
   */
  readonly env?: Readonly<Record<string, string>> | undefined;
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
  const env = { ...baseEnvironment(process.env), ...script.env, ...options.env };
  const output = redact(secretsOf(env));
  const logged = pipeline(output, createWriteStream(logPath, { flags: 'a', mode: 0o600 }));
  const running = startContained({
    command: commandOf(script),
    env,
    cwd: script.cwd ?? process.cwd(),
    output,
    terminates: 'all',
  });
  logged.catch(() => running.terminate(graceMs));
  const exitCode = await endOf(running, graceMs, signal).finally(() => output.end());
  await logged.catch((error) => {
    throw diskError(`writing ${logPath}`, error);
  });
  if (signal?.aborted) throw cancelled('start-up script', signal);
  if (exitCode !== 0) throw new ScriptError(exitCode, await tailOf(logPath, tailLines), logPath);
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

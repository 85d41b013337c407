import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { WarmdockError } from '@warmdock/core';
import { cancelled } from '@warmdock/core/internal';

export interface RunProgramOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
}

/** What a program did. */
export interface ProgramRun {
  /** `null` when a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end, with nothing on standard input.
 *
 * Throws `NOT_FOUND` when it cannot be started, `INVALID_ARGUMENT` when there is no such working directory,
 * `CANCELLED` or `TIMEOUT` when the signal fires.
 */
export async function runProgram(
  [program = '', ...first]: readonly string[],
  args: readonly string[],
  { cwd, env, signal }: RunProgramOptions,
): Promise<ProgramRun> {
  const child = spawn(program, [...first, ...args], {
    cwd,
    env,
    signal,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  try {
    const [exitCode, stdout, stderr] = await Promise.all([
      ended,
      text(child.stdout),
      text(child.stderr),
    ]);
    return { exitCode, stdout, stderr };
  } catch (cause) {
    if (signal?.aborted) throw cancelled(program, signal);
    if (!isDirectory(cwd)) {
      throw new WarmdockError('INVALID_ARGUMENT', `cannot run ${program} in ${cwd}: no directory`, {
        cause,
      });
    }
    throw new WarmdockError('NOT_FOUND', `cannot run ${program}`, {
      hint: 'check that it is installed and can be run',
      cause,
    });
  }
}

/** Node blames the program for a working directory that is not there. */
function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { benchDir } from './bench-dir.js';
import { watchPeakMemory } from './peak-memory.js';

export interface Command {
  argv: readonly string[];
  /** The whole environment. */
  env: NodeJS.ProcessEnv;
}

export interface TimeOptions {
  signal: AbortSignal;
  /** Look at the process's memory while it runs. Default false. */
  memory?: boolean;
}

export interface TimedCommand {
  /** From spawn to exit. */
  wallMs: number;
  /** Largest resident size of the process and its children; 0 unless asked for. */
  peakBytes: number;
  /** The last lines that it printed. */
  lastLines: string;
}

/**
 * Runs a command and takes its time. Its output goes to a file, so that this process does not
 * compete for a core. Throws with the end of the output when the command fails.
 */
export async function timeCommand(command: Command, options: TimeOptions): Promise<TimedCommand> {
  options.signal.throwIfAborted();
  const [program = '', ...args] = command.argv;
  // Other runs of the bench have their own.
  const path = join(benchDir(), `command-${process.pid}.log`);
  const log = openSync(path, 'w');
  const start = performance.now();
  const child = spawn(program, args, { env: command.env, stdio: ['ignore', log, log] });
  const peak = options.memory && child.pid ? watchPeakMemory(child.pid) : undefined;
  const stop = () => child.kill();
  options.signal.addEventListener('abort', stop);
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject).once('exit', resolve);
    });
    const wallMs = performance.now() - start;
    options.signal.throwIfAborted();
    if (exitCode !== 0) throw commandFailure(command, exitCode, path);
    return { wallMs, peakBytes: peak?.bytes() ?? 0, lastLines: tailOf(path, 10) };
  } finally {
    peak?.stop();
    options.signal.removeEventListener('abort', stop);
    closeSync(log);
    rmSync(path);
  }
}

function commandFailure({ argv }: Command, exitCode: number | null, log: string): Error {
  return new Error(`${argv.join(' ')} ended with exit code ${exitCode}:\n${tailOf(log, 30)}`);
}

function tailOf(path: string, lines: number): string {
  return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
}

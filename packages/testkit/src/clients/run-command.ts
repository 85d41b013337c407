import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

export interface CommandResult {
  /** 128 + signal number when a signal ended it, as shells say it. */
  exitCode: number;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  /** The whole environment. */
  env: Record<string, string>;
  cwd?: string;
  input?: string | Uint8Array | Readable;
  /** Ends the command with SIGTERM. */
  signal?: AbortSignal;
}

/** Runs a program to its end and collects its output; a bad exit code is an answer, not an error. */
export async function runCommand(
  argv: readonly string[],
  { env, cwd, input, signal }: CommandOptions,
): Promise<CommandResult> {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, { env, cwd, ...(signal && { signal }) });
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', (error) => (signal?.aborted ? undefined : reject(error)));
    child.once('close', (code, name) => resolve(code ?? 128 + signalNumber(name)));
  });
  const source = input instanceof Readable ? input : Readable.from([input ?? '']);
  // A program that does not read its input to the end closes the pipe early: that is its right.
  const fed = pipeline(source, child.stdin).catch(() => {});
  const [exitCode, stdout, stderr] = await Promise.all([
    ended,
    text(child.stdout),
    text(child.stderr),
  ]);
  await fed;
  return { exitCode, stdout, stderr };
}

/** The standard output of a command that succeeds; throws, with its error output, when it does not. */
export async function outputOf(running: Promise<CommandResult>): Promise<string> {
  const { exitCode, stdout, stderr } = await running;
  if (exitCode !== 0) throw new Error(`command ended with ${exitCode}: ${stderr || stdout}`);
  return stdout;
}

function signalNumber(name: NodeJS.Signals | null): number {
  return name === null ? 0 : constants.signals[name];
}

import type { Output } from './output.js';

/** What every command has around it. */
export interface CommandContext {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: NodeJS.ProcessEnv;
  /** Fires when the user wants it to end. */
  readonly signal: AbortSignal;
}

/** A command in a file of its own, which nothing but that command loads. */
export interface Program {
  /** Runs the command with the words behind its name; answers with its exit code, and reports its own errors. */
  run(argv: readonly string[], context: CommandContext): Promise<number>;
}

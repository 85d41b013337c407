import type { TextOutput } from '@warmdock/core/internal';

/** What every command has around it. */
export interface CommandContext {
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  readonly env: NodeJS.ProcessEnv;
  /** Fires when the user wants it to end. */
  readonly signal: AbortSignal;
}

/** A command in a file of its own, which nothing but that command loads. */
export interface Program {
  /** Runs the command with the words behind its name; answers with its exit code, and reports its own errors. */
  run(argv: readonly string[], context: CommandContext): Promise<number>;
}

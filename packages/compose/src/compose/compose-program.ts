import { WarmdockError } from '@warmdock/core';
import { pluginProgram } from '../programs/plugin-program.js';
import type { ProgramRun } from '../programs/run-program.js';
import type { ComposeOptions } from './compose-options.js';

/** Calls of the user's compose. */
export interface ComposeProgram {
  /** Runs it with these words behind the project's flags. */
  run(...words: string[]): Promise<ProgramRun>;
  /** As `run`; answers with what it printed. Throws `INVALID_ARGUMENT` with its own words when it fails. */
  ask(...words: string[]): Promise<string>;
  /** Has it print the selected services, and what these depend on, as JSON. */
  printProject(): Promise<ProgramRun>;
  /** As `ask` throws. */
  version(): Promise<string>;
}

export function composeProgram(options: ComposeOptions): ComposeProgram {
  const { projectFlags = [], services = [], signal, program } = options;
  const { cwd = process.cwd(), env = process.env } = options;
  // A display on a terminal is refused even where nothing is to be shown: there is none.
  const { COMPOSE_ANSI: _a, COMPOSE_PROGRESS: _p, BUILDKIT_PROGRESS: _b, ...undisplayed } = env;
  const compose = pluginProgram('compose', { program, cwd, env: undisplayed, signal });
  const run = (...words: string[]) => compose([...projectFlags, ...words]);
  const ask = async (...words: string[]) => {
    const answer = await run(...words);
    if (answer.exitCode === 0) return answer.stdout;
    throw projectRefused(words[0] ?? '', answer);
  };
  return {
    run,
    ask,
    printProject: () => run('config', '--format', 'json', ...services),
    version: async () => (await ask('version', '--short')).trim(),
  };
}

/** Compose says itself what is wrong with a project. */
export function projectRefused(command: string, { exitCode, stderr }: ProgramRun): WarmdockError {
  const said = stderr.trim() || `it ended with exit code ${exitCode}`;
  return new WarmdockError('INVALID_ARGUMENT', `compose ${command} refuses the project: ${said}`);
}

import type { ProgressLine } from '../../../report/progress-line.js';
import type { CommandArguments } from '../../arguments/command-arguments.js';

/** What an action works with. */
export interface RegistryContext {
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly progress: ProgressLine;
  /** Tells of what did not go the usual way. */
  readonly notify: (message: string) => void;
}

/** What an action has to say, in both forms. */
export interface RegistryAnswer {
  readonly json: object;
  /** Whole lines, for stdout. */
  readonly text: string;
}

/** Reads the words behind a command's name, and carries it out. Throws `UsageError` before it does anything. */
export type RegistryAction = (
  line: CommandArguments,
) => (context: RegistryContext) => Promise<RegistryAnswer>;

/** How registries are reached, by the flags that all commands have. */
export function registryOptions(line: CommandArguments, onNotice: (message: string) => void) {
  return { onNotice, ...(line.isOn('plain-http') && { plainHttp: true }) };
}

import type { GoldenStore } from '@warmdock/golden';
import type { ProgressLine } from '../../../report/progress-line.js';
import type { CommandArguments } from '../../arguments/command-arguments.js';

/** What a command of `warmdock golden` does with its words; see `goldenTable` for its flags. */
export interface GoldenCommand<Args> {
  /** Whether it makes a store where there is none, with these arguments. */
  readonly makesStore: boolean | ((args: Args) => boolean);
  /** Throws `UsageError`. */
  read(line: CommandArguments): Args;
  /** Without an answer when it has reported all that there is to say. */
  run(args: Args, context: GoldenContext): Promise<GoldenAnswer | undefined>;
}

export interface GoldenContext {
  readonly store: GoldenStore;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly progress: ProgressLine;
  /** Reports at once what happened; for commands that run until they are stopped. */
  readonly report: (event: GoldenEvent) => void;
}

/** What happened, in both forms: text goes to stderr, JSON, in one line, to stdout. */
export interface GoldenEvent {
  readonly json: object;
  /** One line, without its end. */
  readonly text: string;
}

/** What a command has to say, in both forms. */
export interface GoldenAnswer {
  /** With `--json`; what is `undefined` in it is printed as `null`. */
  readonly json: object;
  /** Whole lines. */
  readonly text: string;
  /** Default 0. */
  readonly exitCode?: number;
}

/** A command whose words are read, and which is still to be run. */
export interface ReadyCommand {
  readonly args: unknown;
  readonly makesStore: boolean;
  run(context: GoldenContext): Promise<GoldenAnswer | undefined>;
}

/** A command that keeps the type of its arguments to itself. */
export interface AnyGoldenCommand {
  read(line: CommandArguments): ReadyCommand;
}

export function goldenCommand<Args>(command: GoldenCommand<Args>): AnyGoldenCommand {
  const { makesStore } = command;
  return {
    read(line) {
      const args = command.read(line);
      return {
        args,
        makesStore: typeof makesStore === 'function' ? makesStore(args) : makesStore,
        run: (context) => command.run(args, context),
      };
    },
  };
}

import { type StrategyName, strategyNames } from '@warmdock/golden';
import { UsageError } from '../../flags/usage-error.js';
import type { ReadyCommand } from './actions/command.js';
import { flagsOf, goldenCommands } from './golden-commands.js';
import { formatCommandHelp, formatGoldenHelp, usageOf } from './golden-help.js';
import { type CommandArguments, readCommandArguments } from './input/command-arguments.js';

export interface GoldenArguments {
  /** `undefined` for the default. */
  readonly store: string | undefined;
  readonly strategy: StrategyName | undefined;
  readonly json: boolean;
  readonly command: ReadyCommand;
}

/** Reads the words after `warmdock golden`; answers with text when that is help. Throws `UsageError`. */
export function parseGoldenArguments(argv: readonly string[]): GoldenArguments | string {
  const [name, ...words] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    return formatGoldenHelp();
  }
  const command = Object.hasOwn(goldenCommands, name) ? goldenCommands[name] : undefined;
  if (!command) throw unknownWord(name);
  const line = readCommandArguments(words, name, flagsOf(command), usageOf(name, command));
  if (line.isOn('help')) return formatCommandHelp(name, command);
  return {
    store: line.text('store'),
    strategy: strategyOf(line),
    json: line.isOn('json'),
    command: command.read(line),
  };
}

function unknownWord(word: string): UsageError {
  const help = formatGoldenHelp();
  if (word.startsWith('-')) return new UsageError(`unknown flag: ${word}\n\n${help}`, 125);
  const command = JSON.stringify(word);
  return new UsageError(`ERROR: unknown command: warmdock golden ${command}\n\n${help}`, 1);
}

function strategyOf(line: CommandArguments): StrategyName | undefined {
  const wanted = line.text('strategy');
  const name = strategyNames.find((each) => each === wanted);
  if (name !== wanted) throw line.refusal(`knows no strategy ${JSON.stringify(wanted)}`);
  return name;
}

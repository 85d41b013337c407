import { type StrategyName, strategyNames } from '@warmdock/golden';
import { type GoldenCommandName, goldenTable } from '../../flags/tables/golden-table.js';
import { formatHelp } from '../../help/format-help.js';
import { unknownCommand } from '../../help/unknown-command.js';
import { type CommandArguments, readCommandArguments } from '../arguments/command-arguments.js';
import type { ReadyCommand } from './actions/command.js';
import { goldenCommands } from './golden-commands.js';

export interface GoldenArguments {
  /** `undefined` for the default. */
  readonly store: string | undefined;
  readonly strategy: StrategyName | undefined;
  readonly json: boolean;
  readonly command: ReadyCommand;
}

const path = 'warmdock golden';

/** Reads the words after `warmdock golden`; answers with text when that is help. Throws `UsageError`. */
export function parseGoldenArguments(argv: readonly string[]): GoldenArguments | string {
  const [name = 'help', ...words] = argv;
  if (name === '--help' || name === '-h' || name === 'help') return formatHelp(path, goldenTable);
  const table = goldenTable.commands.find((each) => each.name === name);
  if (!table) throw unknownCommand(name, path, goldenTable);
  const line = readCommandArguments(words, path, table);
  if (line.isOn('help')) return formatHelp(`${path} ${name}`, table);
  return {
    store: line.text('store'),
    strategy: strategyOf(line),
    json: line.isOn('json'),
    command: goldenCommands[table.name as GoldenCommandName].read(line),
  };
}

function strategyOf(line: CommandArguments): StrategyName | undefined {
  const wanted = line.text('strategy');
  const name = strategyNames.find((each) => each === wanted);
  if (name !== wanted) throw line.refusal(`knows no strategy ${JSON.stringify(wanted)}`);
  return name;
}

import { readCommandArguments } from '../commands/arguments/command-arguments.js';
import { registryCommands } from '../commands/registry/registry-commands.js';
import { registryTables } from '../flags/tables/registry-tables.js';
import { formatHelp } from '../help/format-help.js';
import type { CommandContext } from '../process/command-context.js';
import { openProgressLine } from '../report/progress-line.js';
import { writeFailure } from '../report/write-failure.js';

/** `warmdock pull`, `push`, `copy`, `inspect`, `tags`: `argv` begins with the command's name. */
export async function run(
  [name, ...argv]: readonly string[],
  { stdout, stderr, env, signal }: CommandContext,
): Promise<number> {
  const progress = openProgressLine(stderr, env);
  try {
    const table = registryTables.find((each) => each.name === name);
    if (!table) throw new Error(`${name} is no command of registries`);
    const line = readCommandArguments(argv, 'warmdock', table);
    if (line.isOn('help')) {
      stdout.write(formatHelp(`warmdock ${name}`, table));
      return 0;
    }
    const notify = (message: string) => stderr.write(`NOTICE: ${message}\n`);
    const action = registryCommands[table.name](line);
    const { json, text } = await action({ env, signal, progress, notify });
    progress.end();
    stdout.write(line.isOn('json') ? `${JSON.stringify(json, null, 2)}\n` : text);
    return 0;
  } catch (error) {
    progress.end();
    return writeFailure(error, stderr);
  }
}

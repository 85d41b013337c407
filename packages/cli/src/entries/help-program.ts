import { readFlags } from '../flags/read-flags.js';
import { completionTable, type Shell, shells } from '../flags/tables/completion-table.js';
import { warmdockTable } from '../flags/tables/warmdock-table.js';
import { UsageError } from '../flags/usage-error.js';
import { completionScript } from '../help/completion/completion-script.js';
import { formatHelp, formatUsage } from '../help/format-help.js';
import { helpTopic } from '../help/help-topic.js';
import { unknownCommand } from '../help/unknown-command.js';
import type { CommandContext } from '../process/command-context.js';

/** `warmdock help`, `warmdock completion`, and whatever is no command. */
export async function run(
  argv: readonly string[],
  { stdout, stderr }: CommandContext,
): Promise<number> {
  try {
    stdout.write(answerTo(argv));
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
}

function answerTo([word = 'help', ...words]: readonly string[]): string {
  switch (word) {
    case 'help':
    case '--help':
    case '-h':
      return helpTopic(words.filter((each) => each !== '--help' && each !== '-h'));
    case 'completion':
      return completion(words);
    default:
      throw unknownCommand(word, warmdockTable.name, warmdockTable);
  }
}

function completion(words: readonly string[]): string {
  const path = 'warmdock completion';
  const usage = formatUsage(path, completionTable);
  const { isOn, positionals } = readFlags(words, completionTable.flags, usage);
  if (isOn('help')) return formatHelp(path, completionTable);
  const [shell, ...more] = positionals;
  if (isShell(shell) && more.length === 0) return completionScript(shell);
  throw new UsageError(`ERROR: ${path} requires one of ${shells.join(', ')}\n\n${usage}`, 1);
}

function isShell(word: string | undefined): word is Shell {
  return shells.some((shell) => shell === word);
}

import type { CommandTable } from '../flags/tables/command-table.js';
import { warmdockTable } from '../flags/tables/warmdock-table.js';
import { formatEnvironment } from './environment-variables.js';
import { formatHelp } from './format-help.js';
import { unknownCommand } from './unknown-command.js';

/** What `warmdock help WORDS...` prints. Throws `UsageError`. */
export function helpTopic(words: readonly string[]): string {
  if (words.length === 1 && words[0] === 'environment') return formatEnvironment();
  let path = warmdockTable.name;
  let table: CommandTable = warmdockTable;
  for (const word of words) {
    const next = table.commands?.find(({ name }) => name === word);
    if (!next) throw unknownCommand(word, path, table);
    path = `${path} ${word}`;
    table = next;
  }
  return formatHelp(path, table);
}

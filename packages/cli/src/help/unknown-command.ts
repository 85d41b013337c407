import { didYouMean } from '../flags/did-you-mean.js';
import type { CommandTable } from '../flags/tables/command-table.js';
import { UsageError } from '../flags/usage-error.js';
import { formatHelp } from './format-help.js';

/** For a word that is no command of `path`: what may have been meant, and the help. */
export function unknownCommand(word: string, path: string, table: CommandTable): UsageError {
  const { commands = [], flags } = table;
  const help = formatHelp(path, table);
  if (word.startsWith('-')) {
    const meant = didYouMean(
      word,
      flags.map(({ name }) => `--${name}`),
    );
    return new UsageError(`unknown flag: ${word}${meant}\n\n${help}`, 125);
  }
  const meant = didYouMean(
    word,
    commands.map(({ name }) => name),
  );
  const typed = path.includes(' ') ? `${path} ` : '';
  const message = `ERROR: unknown command: ${typed}${JSON.stringify(word)}`;
  return new UsageError(`${message}${meant}\n\n${help}`, 1);
}

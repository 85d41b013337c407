import type { CommandTable } from '../flags/tables/command-table.js';
import { formatFlags } from './format-flags.js';

/** The help of a command, laid out as docker's; `path` is the command as it is typed. */
export function formatHelp(path: string, { commands = [], flags, ...table }: CommandTable): string {
  const shown = flags.filter(({ hidden }) => !hidden);
  return [
    formatUsage(path, table),
    '',
    table.description ?? table.about,
    ...(commands.length > 0 ? ['', 'Commands:', ...formatCommands(commands)] : []),
    ...(shown.length > 0 ? ['', 'Options:', ...formatFlags(shown)] : []),
    ...(commands.length > 0
      ? ['', `Run '${path} COMMAND --help' for more information on a command.`]
      : []),
    '',
  ].join('\n');
}

/** The first line of a command's help. */
export function formatUsage(path: string, { takes }: Pick<CommandTable, 'takes'>): string {
  return `Usage:  ${path} ${takes}`.trimEnd();
}

function formatCommands(commands: readonly CommandTable[]): string[] {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return commands.map(({ name, about }) => `  ${name.padEnd(width)}   ${about}`);
}

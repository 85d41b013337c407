import { formatFlags } from '../../flags/format-flags.js';
import type { AnyGoldenCommand } from './actions/command.js';
import { flagsOf, goldenCommands } from './golden-commands.js';

/** Help of `warmdock golden`. */
export function formatGoldenHelp(): string {
  const commands = Object.entries(goldenCommands);
  return [
    'Usage:  warmdock golden COMMAND',
    '',
    'Keeps golden snapshots of Docker data roots, and starts sessions from them',
    '',
    'Commands:',
    ...commands.map(([name, { about }]) => `  ${name.padEnd(7)}   ${about}`),
    '',
    "Run 'warmdock golden COMMAND --help' for more information on a command.",
    '',
  ].join('\n');
}

export function usageOf(name: string, { takes }: AnyGoldenCommand): string {
  return `Usage:  warmdock golden ${name} ${takes}`;
}

/** Help of one of its commands. */
export function formatCommandHelp(name: string, command: AnyGoldenCommand): string {
  const options = formatFlags(flagsOf(command));
  return [usageOf(name, command), '', command.about, '', 'Options:', ...options, ''].join('\n');
}

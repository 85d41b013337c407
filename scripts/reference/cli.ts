import { buildFlags } from '../../packages/cli/src/flags/tables/build-flags.js';
import type { CommandTable } from '../../packages/cli/src/flags/tables/command-table.js';
import type { Flag } from '../../packages/cli/src/flags/tables/flag.js';
import { warmdockTable } from '../../packages/cli/src/flags/tables/warmdock-table.js';
import type { Files } from '../lib/generated-files.js';
import { code, table } from './markdown.js';

/** Commands and flags from the tables that help, completions and the parser are made from. */
export async function render(): Promise<Files> {
  const { commands = [] } = warmdockTable;
  const parts = [introduction, ...commands.flatMap((each) => sections(each, 'warmdock', 2))];
  return { 'docs/reference/cli.md': `${parts.join('\n\n')}\n` };
}

const introduction = `# Command line

Made from the flag tables of \`@warmdock/cli\`; \`warmdock help COMMAND\` says the same.
Flags are written as docker's: \`--name value\`, \`--name=value\`, \`-n value\`, \`-nvalue\`.
A \`list\` may be given several times; of the others the last one counts.
A word that is no command or flag ends with a line of what may have been meant.`;

function sections(command: CommandTable, above: string, level: number): string[] {
  const path = `${above} ${command.name}`;
  return [
    `${'#'.repeat(level)} ${path}`,
    ...body(command, path),
    ...(command.commands ?? []).flatMap((each) => sections(each, path, level + 1)),
  ];
}

function body(command: CommandTable, path: string): string[] {
  const { takes, about, description = about, flags } = command;
  const [first = '', ...more] = description.split('\n\n');
  const shown = flags.filter(({ hidden }) => !hidden);
  return [
    code(`${path} ${takes}`.trim()),
    `${first}.`,
    ...more.map((text) => (text.startsWith('  ') ? `\`\`\`text\n${text}\n\`\`\`` : text)),
    ...(shown.length > 0 ? [table(['Flag', 'Value', 'Meaning'], shown.map(row))] : []),
    ...(command.name === 'build' && flags === buildFlags ? [passedThrough()] : []),
  ];
}

function row(flag: Flag): string[] {
  const { name, short, about } = flag;
  return [
    [...(short ? [code(`-${short}`)] : []), code(`--${name}`)].join(', '),
    takenBy(flag),
    about,
  ];
}

const kinds = { boolean: '', string: 'text', list: 'list', csv: 'list, also by commas' };

function takenBy({ kind, completedBy }: Flag): string {
  if (Array.isArray(completedBy)) return completedBy.map(code).join(', ');
  return typeof completedBy === 'string' ? `${completedBy}` : kinds[kind];
}

/** The flags of docker that only docker carries out. */
function passedThrough(): string {
  const rows = buildFlags.flatMap(({ name, passThroughReason }) =>
    passThroughReason === undefined ? [] : [[code(`--${name}`), passThroughReason]],
  );
  const lead =
    '`warmdock build` refuses these flags of docker, and the shim passes builds with them through:';
  return `${lead}\n\n${table(['Flag', 'Reason'], rows)}`;
}

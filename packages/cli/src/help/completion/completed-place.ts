import type { CommandTable } from '../../flags/tables/command-table.js';
import type { CompletedBy, Flag } from '../../flags/tables/flag.js';

/** What may follow some commands. */
export interface CompletedPlace {
  /** The commands, each behind a space: ` golden clone`; empty behind `warmdock` itself. */
  readonly path: string;
  readonly commands: readonly Pick<CommandTable, 'name' | 'about'>[];
  readonly flags: readonly Flag[];
  readonly completedBy: CompletedBy | undefined;
}

/** Every place of a command line in which words can be completed, the outer ones first. */
export function placesOf(root: CommandTable): CompletedPlace[] {
  const { commands = [] } = root;
  const tables = commands.map((table) => (table.name === 'help' ? helpOf(table, commands) : table));
  return placesBelow({ ...root, commands: tables }, '');
}

function placesBelow(table: CommandTable, path: string): CompletedPlace[] {
  const { commands = [], completedBy } = table;
  const flags = table.flags.filter(({ hidden }) => !hidden);
  const below = commands.flatMap((each) => placesBelow(each, `${path} ${each.name}`));
  return [{ path, commands, flags, completedBy }, ...below];
}

/** Behind `help` stand the same commands, without their flags. */
function helpOf(help: CommandTable, commands: readonly CommandTable[]): CommandTable {
  const others = commands.filter(({ name }) => name !== help.name).map(namesAlone);
  const topic = { name: 'environment', takes: '', about: 'Environment variables', flags: [] };
  return { ...help, commands: [...others, topic] };
}

function namesAlone({ name, takes, about, commands }: CommandTable): CommandTable {
  return { name, takes, about, flags: [], ...(commands && { commands: commands.map(namesAlone) }) };
}

/** The paths below `warmdock` itself as patterns of a shell's `case`. */
export function pathPatterns([, ...places]: readonly CompletedPlace[], separator: string): string {
  return places.map(({ path }) => `'${path}'`).join(separator);
}

/** The spellings of flags that take a value, by what a shell does to complete it. */
export function valueFlags(
  { flags }: CompletedPlace,
  offer: (completedBy?: CompletedBy) => string,
): ReadonlyMap<string, readonly string[]> {
  const byOffer = new Map<string, string[]>();
  for (const flag of flags.filter(({ kind }) => kind !== 'boolean')) {
    const key = offer(flag.completedBy);
    byOffer.set(key, [...(byOffer.get(key) ?? []), ...spellingsOf(flag)]);
  }
  return byOffer;
}

/** `--file`, and `-f` where there is one. */
export function spellingsOf({ name, short }: Flag): string[] {
  return [`--${name}`, ...(short ? [`-${short}`] : [])];
}

/** The words that may stand in a place: its commands, or a choice of its argument. */
export function wordsOf({ commands, completedBy }: CompletedPlace): readonly string[] {
  if (commands.length > 0) return commands.map(({ name }) => name);
  return Array.isArray(completedBy) ? completedBy : [];
}

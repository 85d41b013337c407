import { readFlags } from '../../flags/read-flags.js';
import { shimTable } from '../../flags/tables/shim-table.js';
import { UsageError } from '../../flags/usage-error.js';
import { formatHelp } from '../../help/format-help.js';
import { unknownCommand } from '../../help/unknown-command.js';

export interface ShimArguments {
  readonly action: 'install' | 'uninstall' | 'status';
  /** `undefined` for the default. */
  readonly dir: string | undefined;
  readonly json: boolean;
}

const path = 'warmdock shim';

/** Reads the words after `warmdock shim`; answers with text when that is help. Throws `UsageError`. */
export function parseShimArguments(argv: readonly string[]): ShimArguments | string {
  const { isOn, last, positionals } = readFlags(argv, shimTable.flags, `Run '${path} --help'`);
  const [action, ...more] = positionals;
  const table = shimTable.commands?.find(({ name }) => name === action);
  if (isOn('help')) return table ? formatHelp(`${path} ${action}`, table) : help();
  if (action === undefined || more.length > 0)
    throw new UsageError(`ERROR: ${path} takes one command\n\n${help()}`, 1);
  if (!isAction(action)) throw unknownCommand(action, path, shimTable);
  if (isOn('json') && action !== 'status')
    throw new UsageError(`ERROR: --json is for '${path} status'\n\n${help()}`, 125);
  return { action, dir: last('dir') || undefined, json: isOn('json') };
}

function help(): string {
  return formatHelp(path, shimTable);
}

function isAction(word: string): word is ShimArguments['action'] {
  return word === 'install' || word === 'uninstall' || word === 'status';
}

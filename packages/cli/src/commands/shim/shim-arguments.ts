import type { Flag } from '../../flags/parse-flags.js';
import { readFlags } from '../../flags/read-flags.js';
import { UsageError } from '../../flags/usage-error.js';

export interface ShimArguments {
  readonly action: 'install' | 'uninstall' | 'status';
  /** `undefined` for the default. */
  readonly dir: string | undefined;
  readonly json: boolean;
}

export const shimHelp = `Usage:  warmdock shim install|uninstall|status [OPTIONS]

Puts a docker in front of the real one that hands builds to warmdock

Commands:
  install     Install the shim
  uninstall   Remove it
  status      Show whether it is there, and what 'docker' means

Options:
      --dir string   The folder of the shim (default ~/.local/share/warmdock/bin)
      --json         Show the status as JSON
  -h, --help         Show this help
`;

const flags: readonly Flag[] = [
  { name: 'dir', kind: 'string', about: '' },
  { name: 'json', kind: 'boolean', about: '' },
  { name: 'help', short: 'h', kind: 'boolean', about: '' },
];

/** Reads the words after `warmdock shim`. Throws `UsageError`. */
export function parseShimArguments(argv: readonly string[]): ShimArguments | 'help' {
  const { isOn, last, positionals } = readFlags(argv, flags, "Run 'warmdock shim --help'");
  if (isOn('help')) return 'help';
  const [action, ...more] = positionals;
  if (!isAction(action) || more.length > 0) {
    throw new UsageError(`ERROR: warmdock shim takes one command\n\n${shimHelp}`, 1);
  }
  if (isOn('json') && action !== 'status') {
    throw new UsageError(`ERROR: --json is for 'warmdock shim status'\n\n${shimHelp}`, 125);
  }
  return { action, dir: last('dir') || undefined, json: isOn('json') };
}

function isAction(word: string | undefined): word is ShimArguments['action'] {
  return word === 'install' || word === 'uninstall' || word === 'status';
}

import type { Flag } from '../../flags/parse-flags.js';
import { readFlags } from '../../flags/read-flags.js';
import { UsageError } from '../../flags/usage-error.js';

export interface DoctorArguments {
  /** Name or address, as in `warmdock build --builder`; `undefined` for the one that would be taken. */
  readonly builder: string | undefined;
  readonly json: boolean;
  /** Whether to load an image to see that it works. */
  readonly try: boolean;
}

export const doctorHelp = `Usage:  warmdock doctor [OPTIONS]

Checks what builds here depend on; exits with 1 when something does not work, a warning is no failure

Options:
      --builder string   Builder by name, or by address (tcp://, unix://)
      --json             Show the findings as JSON
      --try              Build and load an image of two tiny layers, and remove it again
  -h, --help             Show this help
`;

const flags: readonly Flag[] = [
  { name: 'builder', kind: 'string', about: '' },
  { name: 'json', kind: 'boolean', about: '' },
  { name: 'try', kind: 'boolean', about: '' },
  { name: 'help', short: 'h', kind: 'boolean', about: '' },
];

/** Reads the words after `warmdock doctor`. Throws `UsageError`. */
export function parseDoctorArguments(argv: readonly string[]): DoctorArguments | 'help' {
  const { isOn, last, positionals } = readFlags(argv, flags, "Run 'warmdock doctor --help'");
  if (isOn('help')) return 'help';
  if (positionals.length > 0)
    throw new UsageError(`ERROR: warmdock doctor takes no arguments\n\n${doctorHelp}`, 1);
  return { builder: last('builder') || undefined, json: isOn('json'), try: isOn('try') };
}

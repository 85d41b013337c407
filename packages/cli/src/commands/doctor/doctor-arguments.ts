import { readFlags } from '../../flags/read-flags.js';
import { doctorTable } from '../../flags/tables/doctor-table.js';
import { UsageError } from '../../flags/usage-error.js';
import { formatHelp } from '../../help/format-help.js';

export interface DoctorArguments {
  /** Name or address, as in `warmdock build --builder`; `undefined` for the one that would be taken. */
  readonly builder: string | undefined;
  readonly json: boolean;
  /** Whether to load an image to see that it works. */
  readonly try: boolean;
}

/** Reads the words after `warmdock doctor`; answers with text when that is help. Throws `UsageError`. */
export function parseDoctorArguments(argv: readonly string[]): DoctorArguments | string {
  const hint = "Run 'warmdock doctor --help'";
  const { isOn, last, positionals } = readFlags(argv, doctorTable.flags, hint);
  const help = formatHelp('warmdock doctor', doctorTable);
  if (isOn('help')) return help;
  if (positionals.length > 0)
    throw new UsageError(`ERROR: warmdock doctor takes no arguments\n\n${help}`, 1);
  return { builder: last('builder') || undefined, json: isOn('json'), try: isOn('try') };
}

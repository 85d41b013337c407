import { type ReadFlags, readFlags } from '../../flags/read-flags.js';
import type { CommandTable } from '../../flags/tables/command-table.js';
import { UsageError } from '../../flags/usage-error.js';
import { formatUsage } from '../../help/format-help.js';
import { parseDuration } from './parse-duration.js';

/** The words behind a command's name. */
export interface CommandArguments extends ReadFlags {
  /** What stands behind `--`: a command to run. `undefined` without `--`. */
  readonly program: readonly string[] | undefined;
  /** Exactly `names.length` positionals. Throws `UsageError`. */
  words<const Names extends readonly string[]>(...names: Names): { [At in keyof Names]: string };
  /** A whole number, not below `least`. Throws `UsageError`. */
  number(name: string, least: number): number | undefined;
  /** Milliseconds. Throws `UsageError`. */
  durationMs(name: string): number | undefined;
  /** For arguments that do not go together. */
  refusal(text: string): UsageError;
}

/** Reads the words behind a command of `path`. Throws `UsageError`. */
export function readCommandArguments(
  argv: readonly string[],
  path: string,
  { name: command, flags, takes }: CommandTable,
): CommandArguments {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  const hint = `${formatUsage(`${path} ${command}`, { takes })}\n\nRun '${path} ${command} --help' for more information`;
  const read = readFlags(argv.slice(0, end), flags, hint);
  const refusal = (text: string) =>
    new UsageError(`ERROR: warmdock: '${path} ${command}' ${text}\n\n${hint}`, 1);
  const checked = <T>(name: string, parse: (text: string) => T | undefined, wanted: string) => {
    const text = read.last(name);
    if (text === undefined) return undefined;
    const value = parse(text);
    if (value !== undefined) return value;
    const bad = `invalid argument ${JSON.stringify(text)} for "--${name}" flag: ${wanted}`;
    throw new UsageError(`${bad}\n\n${hint}`, 125);
  };
  return {
    ...read,
    program: end < argv.length ? argv.slice(end + 1) : undefined,
    words<const Names extends readonly string[]>(...names: Names) {
      const { positionals } = read;
      if (positionals.length !== names.length) throw refusal(requires(names));
      return positionals as unknown as { [At in keyof Names]: string };
    },
    number: (name, least) =>
      checked(name, (text) => parseNumber(text, least), `not a whole number from ${least} on`),
    durationMs: (name) => checked(name, parseDuration, 'not a duration like 90s, 30m, 1h30m'),
    refusal,
  };
}

function requires(names: readonly string[]): string {
  if (names.length === 0) return 'takes no arguments';
  return `requires ${names.length} ${names.length === 1 ? 'argument' : 'arguments'}: ${names.join(' ')}`;
}

function parseNumber(text: string, least: number): number | undefined {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) && value >= least ? value : undefined;
}

import { didYouMean } from './did-you-mean.js';
import { FlagError, parseFlags } from './parse-flags.js';
import type { Flag } from './tables/flag.js';
import { UsageError } from './usage-error.js';

/** A command line by flag name. */
export interface ReadFlags {
  /** All values of a flag, in order. */
  all(name: string): readonly string[];
  /** The value that counts, `undefined` without one. */
  last(name: string): string | undefined;
  /** As `last`, an empty value being none. */
  text(name: string): string | undefined;
  isOn(name: string): boolean;
  /** Whether the flag stands on the line at all. */
  has(name: string): boolean;
  readonly positionals: readonly string[];
}

/** Reads a command's words as `parseFlags` does; throws `UsageError`, ending in `usageHint`, for a bad flag. */
export function readFlags(
  argv: readonly string[],
  flags: readonly Flag[],
  usageHint: string,
): ReadFlags {
  const { values, positionals } = parsed(argv, flags, usageHint);
  const all = (name: string) => values.get(name) ?? [];
  const last = (name: string) => all(name).at(-1);
  const isOn = (name: string) => last(name) === 'true';
  const text = (name: string) => last(name) || undefined;
  const has = (name: string) => values.has(name);
  return { all, last, text, isOn, has, positionals };
}

function parsed(argv: readonly string[], flags: readonly Flag[], usageHint: string) {
  try {
    return parseFlags(argv, flags);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    const { message, unknownName } = error;
    const meant = unknownName === undefined ? '' : didYouMean(`--${unknownName}`, longNames(flags));
    throw new UsageError(`${message}${meant}\n\n${usageHint}`, 125);
  }
}

function longNames(flags: readonly Flag[]): string[] {
  return flags.filter(({ hidden }) => !hidden).map(({ name }) => `--${name}`);
}

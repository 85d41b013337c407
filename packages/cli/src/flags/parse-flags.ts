import { parseGoBool } from '@warmdock/core/internal';
import type { Flag } from './tables/flag.js';

export interface ParsedFlags {
  /** Values by flag name, in order; those of a boolean are `true` and `false`. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly positionals: readonly string[];
}

export interface ParseOptions {
  /** Whether the first positional ends the flags, as it does before a subcommand. Default false. */
  readonly stopAtWord?: boolean;
}

/** A word that no command line of these flags may contain. */
export class FlagError extends Error {
  /** The name that no flag has, where that is what is wrong. */
  readonly unknownName: string | undefined;

  constructor(message: string, unknownName?: string) {
    super(message);
    this.name = 'FlagError';
    this.unknownName = unknownName;
  }
}

/**
 * Reads a command line as docker and buildx read theirs (the grammar of Go's pflag).
 *
 * `--name=value`, `--name value`, `-n value`, `-nvalue`, `-n=value`, bundled short booleans, flags and
 * positionals in any order, `--` ends the flags. A value-taking flag takes the next word whatever it
 * looks like; a boolean takes its value only after `=`. Throws `FlagError` in pflag's words.
 */
export function parseFlags(
  argv: readonly string[],
  flags: readonly Flag[],
  { stopAtWord = false }: ParseOptions = {},
): ParsedFlags {
  const values = new Map<string, string[]>();
  const positionals: string[] = [];
  const rest = [...argv];
  const set = (flag: Flag, value: string) => {
    const checked = flag.kind === 'boolean' ? String(parseBoolean(flag, value)) : value;
    values.set(flag.name, [...(values.get(flag.name) ?? []), checked]);
  };
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') {
      positionals.push(...rest);
      break;
    }
    if (word.startsWith('--')) readLong(word, rest, flags, set);
    else if (word.startsWith('-') && word !== '-') readShort(word.slice(1), rest, flags, set);
    else if (stopAtWord) {
      positionals.push(word, ...rest);
      break;
    } else positionals.push(word);
  }
  return { values, positionals };
}

type SetFlag = (flag: Flag, value: string) => void;

function readLong(word: string, rest: string[], flags: readonly Flag[], set: SetFlag): void {
  const [, name = '', value] = /^--([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
  if (name === '' || name.startsWith('-')) throw new FlagError(`bad flag syntax: ${word}`);
  const flag = flags.find((each) => each.name === name);
  if (!flag) throw new FlagError(`unknown flag: --${name}`, name);
  if (value !== undefined) set(flag, value);
  else if (flag.kind === 'boolean') set(flag, 'true');
  else set(flag, rest.shift() ?? lacksArgument(`--${name}`));
}

function readShort(letters: string, rest: string[], flags: readonly Flag[], set: SetFlag): void {
  const flag = flags.find((each) => each.short === letters[0]);
  if (!flag) throw new FlagError(`unknown shorthand flag: '${letters[0]}' in -${letters}`);
  const after = letters.slice(1);
  if (after.length > 1 && after.startsWith('=')) {
    set(flag, after.slice(1));
  } else if (flag.kind === 'boolean') {
    set(flag, 'true');
    if (after !== '') readShort(after, rest, flags, set);
  } else {
    set(flag, after || (rest.shift() ?? lacksArgument(`'${letters[0]}' in -${letters}`)));
  }
}

function lacksArgument(flag: string): never {
  throw new FlagError(`flag needs an argument: ${flag}`);
}

function parseBoolean(flag: Flag, text: string): boolean {
  const value = parseGoBool(text);
  if (value !== undefined) return value;
  const name = flag.short ? `-${flag.short}, --${flag.name}` : `--${flag.name}`;
  throw new FlagError(
    `invalid argument ${JSON.stringify(text)} for "${name}" flag: neither true nor false`,
  );
}

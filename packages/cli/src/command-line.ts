import type { DockerCall } from './docker/as-docker.js';
import { type BuildArguments, parseBuildArguments } from './flags/build-arguments.js';
import { UsageError } from './flags/usage-error.js';
import { formatBuildHelp, mainHelp } from './help.js';
import { version } from './process/version.js';

/** What the words after the program's name ask for. */
export type Command =
  | { readonly type: 'print'; readonly text: string }
  | { readonly type: 'build'; readonly args: BuildArguments }
  /** Of `bin/docker` alone. */
  | { readonly type: 'as-docker'; readonly call: DockerCall }
  /** Commands that read their words themselves. */
  | { readonly type: 'doctor' | 'golden' | 'shim'; readonly argv: readonly string[] };

/** Reads a command line, in the manner of docker. Throws `UsageError`. */
export function parseCommandLine(argv: readonly string[]): Command {
  const [word, ...rest] = argv;
  switch (word) {
    case 'build': {
      const args = parseBuildArguments(rest);
      return args === 'help' ? { type: 'print', text: formatBuildHelp() } : { type: 'build', args };
    }
    case '--as-docker': {
      const [docker = '', ...call] = rest;
      return { type: 'as-docker', call: { docker, argv: call } };
    }
    case '--as-docker-compose': {
      const [program = '', ...call] = rest;
      return { type: 'as-docker', call: { compose: program, argv: ['compose', ...call] } };
    }
    case 'doctor':
    case 'golden':
    case 'shim':
      return { type: word, argv: rest };
    case 'version':
    case '--version':
      return { type: 'print', text: `warmdock ${version}\n` };
    case undefined:
    case 'help':
    case '--help':
    case '-h':
      return { type: 'print', text: mainHelp };
    default:
      throw unknownWord(word);
  }
}

function unknownWord(word: string): UsageError {
  if (word.startsWith('-')) return new UsageError(`unknown flag: ${word}\n\n${mainHelp}`, 125);
  return new UsageError(`ERROR: unknown command: ${JSON.stringify(word)}\n\n${mainHelp}`, 1);
}

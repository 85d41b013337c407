import type { DockerCall } from './docker/as-docker.js';
import { type BuildArguments, parseBuildArguments } from './flags/build-arguments.js';
import { version } from './process/version.js';

/** What the words after the program's name ask for. */
export type Command =
  | { readonly type: 'print'; readonly text: string }
  | { readonly type: 'build'; readonly args: BuildArguments }
  /** Of `bin/docker` alone. */
  | { readonly type: 'as-docker'; readonly call: DockerCall }
  /** Programs that read their words themselves; `help` gets whatever is no other command. */
  | {
      readonly type: 'doctor' | 'golden' | 'help' | 'registry' | 'shim';
      readonly argv: readonly string[];
    };

/** Reads a command line, in the manner of docker. Throws `UsageError`. */
export function parseCommandLine(argv: readonly string[]): Command {
  const [word, ...rest] = argv;
  switch (word) {
    case 'build': {
      const args = parseBuildArguments(rest);
      return args === 'help' ? { type: 'help', argv: ['help', 'build'] } : { type: 'build', args };
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
    case 'copy':
    case 'inspect':
    case 'pull':
    case 'push':
    case 'tags':
      return { type: 'registry', argv };
    case 'version':
    case '--version':
    case '-v':
      return { type: 'print', text: `warmdock ${version}\n` };
    default:
      return { type: 'help', argv };
  }
}

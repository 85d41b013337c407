import { type ParsedFlags, parseFlags } from '../../flags/parse-flags.js';
import { buildxFlags, dockerFlags } from '../../flags/tables/docker-flags.js';

/** A docker command line, cut at its command. */
export interface DockerCommand {
  /** What is to be done: a build, a bake, something of compose, a pull; `other` is docker's own business. */
  readonly kind: 'build' | 'bake' | 'compose' | 'pull' | 'other';
  /** Whether buildx was named: then its own choice of builder and of output holds, not that of docker. */
  readonly isBuildx: boolean;
  /** Values of docker's own flags. */
  readonly docker: ParsedFlags['values'];
  /** `--builder` and `--debug` before buildx's command. */
  readonly buildx: ParsedFlags['values'];
  /** The words after the command. */
  readonly rest: readonly string[];
}

const builds = new Set(['build', 'b']);
const bakes = new Set(['bake', 'f']);

/** Finds the command of `docker ARGV...` behind docker's flags, in all of docker's spellings. Throws `FlagError`. */
export function findDockerCommand(argv: readonly string[]): DockerCommand {
  const docker = parseFlags(argv, dockerFlags, { stopAtWord: true });
  const [word, ...rest] = docker.positionals;
  const found = (kind: DockerCommand['kind'], words: readonly string[]): DockerCommand => ({
    kind,
    isBuildx: false,
    docker: docker.values,
    buildx: new Map(),
    rest: words,
  });
  switch (word) {
    case 'build':
      return found('build', rest);
    case 'bake':
      return found('bake', rest);
    case 'compose':
      return found('compose', rest);
    case 'image':
      return rest[0] === 'build' || rest[0] === 'pull'
        ? found(rest[0], rest.slice(1))
        : found('other', rest);
    case 'pull':
      return found('pull', rest);
    case 'builder':
      return { ...found('other', rest), ...buildxCommand(rest) };
    case 'buildx':
      return { ...found('other', rest), ...buildxCommand(rest), isBuildx: true };
    default:
      return found('other', rest);
  }
}

function buildxCommand(words: readonly string[]): Pick<DockerCommand, 'kind' | 'buildx' | 'rest'> {
  const { values, positionals } = parseFlags(words, buildxFlags, { stopAtWord: true });
  const [word = '', ...rest] = positionals;
  const kind = builds.has(word) ? 'build' : bakes.has(word) ? 'bake' : 'other';
  return { kind, buildx: values, rest };
}

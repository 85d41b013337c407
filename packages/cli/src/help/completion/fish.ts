import type { CompletedBy, Flag } from '../../flags/tables/flag.js';
import { type CompletedPlace, pathPatterns } from './completed-place.js';

/** A script for fish. */
export function fishScript(places: readonly CompletedPlace[]): string {
  return `# Completions of warmdock for fish.

# The commands before the cursor.
function __warmdock_place
    set -l place
    for word in (commandline -opc)[2..-1]
        switch "$place $word"
            case ${pathPatterns(places, ' ')}
                set place "$place $word"
            case '*'
                break
        end
    end
    echo $place
end

function __warmdock_at
    set -l place (__warmdock_place)
    test "$place" = "$argv[1]"
end

complete -c warmdock -f
${places.flatMap(linesOf).join('\n')}
`;
}

function linesOf({ path, commands, flags, completedBy }: CompletedPlace): string[] {
  const start = `complete -c warmdock -n '__warmdock_at "${path}"'`;
  const words = Array.isArray(completedBy) ? [`-a ${quoted(completedBy.join(' '))}`] : [];
  return [
    ...commands.map(({ name, about }) => `${start} -a ${name} -d ${quoted(about)}`),
    ...flags.map((flag) => `${start} ${flagWords(flag)} -d ${quoted(flag.about)}`),
    ...[...words, ...(typeof completedBy === 'string' ? [paths(completedBy)] : [])].map(
      (each) => `${start} ${each}`,
    ),
  ];
}

function flagWords({ name, short, kind, completedBy }: Flag): string {
  const names = `${short ? `-s ${short} ` : ''}-l ${name}`;
  return kind === 'boolean' ? names : `${names} ${valueWords(completedBy)}`;
}

/** `-x`: with a value, which is no file. */
function valueWords(completedBy: CompletedBy = []): string {
  if (typeof completedBy === 'string') return `-r ${paths(completedBy)}`;
  return completedBy.length === 0 ? '-x' : `-x -a ${quoted(completedBy.join(' '))}`;
}

function paths(kind: 'file' | 'directory'): string {
  return kind === 'file' ? '-F' : "-a '(__fish_complete_directories)'";
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

import type { CompletedBy } from '../../flags/tables/flag.js';
import {
  type CompletedPlace,
  pathPatterns,
  spellingsOf,
  valueFlags,
  wordsOf,
} from './completed-place.js';

/**
 * A script for bash.
 *
 * It first finds the place: the commands before the cursor. Bash cuts `--name=value` into three words.
 */
export function bashScript(places: readonly CompletedPlace[]): string {
  return `# Completions of warmdock for bash.
_warmdock() {
  local word=$2 flag=$3 place= words= at
  for ((at = 1; at < COMP_CWORD; at++)); do
    case "$place \${COMP_WORDS[at]}" in
      ${pathPatterns(places, ' | ')}) place="$place \${COMP_WORDS[at]}" ;;
      *) break ;;
    esac
  done
  if [ "$word" = = ]; then
    word=
  elif [ "$flag" = = ]; then
    flag=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  case "$place:$flag" in
${places.flatMap(valueCases).join('\n')}
    *)
      case "$place:$word" in
${places.flatMap(wordCases).join('\n')}
      esac
      ;;
  esac
  case $words in
    file | directory)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -A "$words" -- "$word")
      ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word") ;;
  esac
}
complete -F _warmdock warmdock
`;
}

function valueCases(place: CompletedPlace): string[] {
  return [...valueFlags(place, offer)].map(([action, spellings]) => {
    const patterns = spellings.map((spelling) => `'${place.path}:${spelling}'`);
    return `    ${patterns.join(' | ')}) ${action} ;;`;
  });
}

function wordCases(place: CompletedPlace): string[] {
  const { path, flags } = place;
  const words = wordsOf(place);
  const others = words.length > 0 ? words : place.completedBy;
  return [
    `        '${path}:-'*) ${offer(flags.flatMap(spellingsOf))} ;;`,
    `        '${path}:'*) ${offer(others)} ;;`,
  ];
}

function offer(completedBy: CompletedBy = []): string {
  return typeof completedBy === 'string'
    ? `words=${completedBy}`
    : `words='${completedBy.join(' ')}'`;
}

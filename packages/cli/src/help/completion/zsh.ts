import type { CompletedBy } from '../../flags/tables/flag.js';
import { type CompletedPlace, pathPatterns, spellingsOf, valueFlags } from './completed-place.js';

/** A script for zsh: a file named `_warmdock` in `fpath`, or read with `source`. */
export function zshScript(places: readonly CompletedPlace[]): string {
  return `#compdef warmdock
# Completions of warmdock for zsh.
_warmdock() {
  local flag=\${words[CURRENT - 1]} place=
  local -a offered
  integer at
  for ((at = 2; at < CURRENT; at++)); do
    case "$place \${words[at]}" in
      (${pathPatterns(places, '|')}) place="$place \${words[at]}" ;;
      (*) break ;;
    esac
  done
  if [[ $PREFIX == --*=* ]]; then
    flag=\${PREFIX%%=*}
    compset -P '*='
  fi
  case "$place:$flag" in
${places.flatMap(valueCases).join('\n')}
    (*)
      case "$place:$PREFIX" in
${places.flatMap(wordCases).join('\n')}
      esac
      ;;
  esac
}
if [[ $funcstack[1] == _warmdock ]]; then
  _warmdock "$@"
else
  compdef _warmdock warmdock
fi
`;
}

function valueCases(place: CompletedPlace): string[] {
  return [...valueFlags(place, offer)].map(([action, spellings]) => {
    const patterns = spellings.map((spelling) => `'${place.path}:${spelling}'`);
    return `    (${patterns.join('|')}) ${action} ;;`;
  });
}

function wordCases({ path, flags, commands, completedBy }: CompletedPlace): string[] {
  const options = flags.flatMap((flag) =>
    spellingsOf(flag).map((spelling) => described(spelling, flag.about)),
  );
  const words = commands.map(({ name, about }) => described(name, about));
  const place = path === '' ? '' : `'${path}'`;
  return [
    `        (${place}:-*) ${describe('option', options)} ;;`,
    `        (${place}:*) ${words.length > 0 ? describe('command', words) : offer(completedBy)} ;;`,
  ];
}

function describe(what: string, words: readonly string[]): string {
  return words.length === 0
    ? ':'
    : `offered=(${words.join(' ')}); _describe ${what === 'option' ? '-o ' : ''}${what} offered`;
}

function described(word: string, about: string): string {
  return quoted(`${word}:${about}`);
}

function offer(completedBy: CompletedBy = []): string {
  if (completedBy === 'file') return '_files';
  if (completedBy === 'directory') return '_files -/';
  return completedBy.length === 0 ? ':' : `compadd -- ${completedBy.join(' ')}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

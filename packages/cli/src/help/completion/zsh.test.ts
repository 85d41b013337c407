import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  completions,
  folderToComplete,
  incompletable,
  isInstalled,
  sortedLinesOf,
} from './completion.testing.js';
import { completionScript } from './completion-script.js';

/** Zsh completes in its line editor alone: one in a terminal of its own is asked to list its matches. */
const asked = (line: string) => `
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'PROMPT= RPROMPT=; autoload -Uz compinit; compinit -D -u; source ./_warmdock'
zpty -w shell 'compadd() { builtin compadd -O found "$@"; print -rl -- $found >>matches; builtin compadd "$@" }'
zpty -w shell 'list() { zle complete-word }; zle -N list; bindkey "^T" list; print -n "" >>matches; touch ready'
until [[ -e ready ]]; do sleep 0.05; done
zpty -w -n shell $'${line}\\C-t'
zpty -w -n shell $'\\C-utouch done\\n'
integer tries=0
until [[ -e done || tries -gt 200 ]]; do sleep 0.05; ((tries++)); zpty -r -t shell ignored; done
zpty -d shell
cat matches
`;

function offered(line: string): string[] {
  const folder = folderToComplete();
  writeFileSync(join(folder, '_warmdock'), completionScript('zsh'));
  const words = sortedLinesOf('zsh', ['-f', '-c', asked(line)], folder);
  return [...new Set(words)].filter(
    (word) => !['', 'matches', 'ready', '_warmdock'].includes(word),
  );
}

describe.runIf(isInstalled('zsh'))('zsh', () => {
  test.each(completions)('completes %j', (line, words) => {
    expect(offered(line)).toEqual(words);
  });

  test.each(incompletable)('offers nothing for %j', (line) => {
    expect(offered(line)).toEqual([]);
  });
});

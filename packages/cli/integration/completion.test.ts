import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRootfsProcess, useTestbed } from '@warmdock/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  completions,
  folderToComplete,
  incompletable,
} from '../src/help/completion/completion.testing.js';
import { completionScript } from '../src/help/completion/completion-script.js';

/** Runs a shell of the testbed in a folder, and answers with its lines in the order of the alphabet. */
async function sortedLinesOf(folder: string, ...command: string[]): Promise<string[]> {
  const logs = mkdtempSync(join(tmpdir(), 'warmdock-completion-log-'));
  onTestFinished(() => rmSync(logs, { recursive: true }));
  const logPath = join(logs, 'log');
  await using shell = startRootfsProcess({
    rootfs: useTestbed().rootfs,
    stateDir: folder,
    command: ['env', '--chdir=/srv', ...command],
    logPath,
  });
  await shell.exited;
  return readFileSync(logPath, 'utf8').split('\n').filter(Boolean).sort();
}

/**
 * Zsh completes in its line editor alone: one in a terminal of its own is asked to list its matches. What
 * is typed before the editor has begun would go to the terminal, which forgets it at ^U.
 */
const zshScript = (line: string) => `
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'PROMPT= RPROMPT=; autoload -Uz compinit; compinit -D -u; source ./_warmdock'
zpty -w shell 'compadd() { builtin compadd -O found "$@"; print -rl -- $found >>matches; builtin compadd "$@" }'
zpty -w shell 'list() { zle complete-word }; zle -N list; bindkey "^T" list; print -n "" >>matches'
zpty -w shell 'zle-line-init() { touch ready }; zle -N zle-line-init'
until [[ -e ready ]]; do sleep 0.05; done
zpty -w -n shell $'${line}\\C-t'
zpty -w -n shell $'\\C-utouch done\\n'
integer tries=0
until [[ -e done || tries -gt 1200 ]]; do sleep 0.05; ((tries++)); zpty -r -t shell ignored; done
zpty -d shell
cat matches
`;

async function offeredByZsh(line: string): Promise<string[]> {
  const folder = folderToComplete();
  writeFileSync(join(folder, '_warmdock'), completionScript('zsh'));
  const words = await sortedLinesOf(folder, 'zsh', '-f', '-c', zshScript(line));
  return [...new Set(words)].filter((word) => !['matches', 'ready', '_warmdock'].includes(word));
}

/** What fish offers for the last word of a line. */
async function offeredByFish(line: string): Promise<string[]> {
  const script = `${completionScript('fish')}\ncomplete -C '${line}'`;
  const lines = await sortedLinesOf(folderToComplete(), 'fish', '--no-config', '-c', script);
  return lines.map((each) => each.split('\t')[0] ?? '');
}

describe.each([
  ['zsh', offeredByZsh],
  ['fish', offeredByFish],
] as const)('%s', (_, offered) => {
  test.each(completions)('completes %j', async (line, words) => {
    expect(await offered(line)).toEqual(words);
  });

  test.each(incompletable)('offers nothing for %j', async (line) => {
    expect(await offered(line)).toEqual([]);
  });
});

test.each([
  ['warmdock build --progress=pl', ['--progress=plain']],
  ['warmdock build -f a', ['apart', 'app/']],
  ['warmdock build a', ['app/']],
  ['warmdock golden clone a', []],
])('fish completes %j', async (line, words) => {
  expect(await offeredByFish(line)).toEqual(words);
});

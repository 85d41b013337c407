import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder with a file and a folder in it. */
export function folderToComplete(): string {
  const folder = mkdtempSync(join(tmpdir(), 'warmdock-completion-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'app'));
  writeFileSync(join(folder, 'apart'), '');
  return folder;
}

/** Runs a script with a shell, and answers with its lines in the order of the alphabet. */
export function sortedLinesOf(shell: string, args: readonly string[], cwd: string): string[] {
  const text = execFileSync(shell, args, { cwd, encoding: 'utf8' });
  return text.split('\n').filter(Boolean).sort();
}

/** What every shell has to offer: a command line, and words that are among those for its end. */
export const completions: readonly (readonly [line: string, words: readonly string[]])[] = [
  ['warmdock bu', ['build']],
  ['warmdock golden cl', ['clone']],
  ['warmdock shim ', ['install', 'status', 'uninstall']],
  ['warmdock help gol', ['golden']],
  ['warmdock help golden cl', ['clone']],
  ['warmdock completion ', ['bash', 'fish', 'zsh']],
  ['warmdock build --pla', ['--platform']],
  ['warmdock build -t app --progress pl', ['plain']],
  ['warmdock golden clone app --strategy zf', ['zfs']],
  ['warmdock shim status --j', ['--json']],
];

/** Lines for which no shell has a word to offer. */
export const incompletable: readonly string[] = [
  'warmdock build --tag ',
  'warmdock shim install --j',
  'warmdock build --force-r',
];

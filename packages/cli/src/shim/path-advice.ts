import { basename } from 'node:path';

/** What puts the folder before all others in PATH, for the user's shell. */
export function pathAdvice(folder: string, env: NodeJS.ProcessEnv): string {
  const shell = basename(env.SHELL ?? '');
  if (shell === 'fish') {
    return `put it first in PATH: fish_add_path --move --prepend ${quoted(folder)}`;
  }
  const line = `export PATH=${quoted(folder)}:"$PATH"`;
  return `put it first in PATH, in ${startFile(shell)} and in open shells: ${line}`;
}

function startFile(shell: string): string {
  if (shell === 'zsh') return '~/.zshrc';
  return shell === 'bash' ? '~/.bashrc' : '~/.profile';
}

function quoted(folder: string): string {
  return /^[\w/.+-]+$/.test(folder) ? folder : `'${folder.replaceAll("'", `'\\''`)}'`;
}

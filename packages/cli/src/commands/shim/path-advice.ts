import { basename, delimiter, resolve } from 'node:path';

/** What puts the folder before all others in PATH, for the user's shell. */
export function pathAdvice(folder: string, env: NodeJS.ProcessEnv): string {
  const shell = shellOf(env);
  if (shell === 'fish') {
    return `put it first in PATH: fish_add_path --move --prepend ${quoted(folder)}`;
  }
  return `put it first in PATH, in ${startFile(shell)} and in open shells: ${pathLine(folder)}`;
}

/** What takes the folder out of PATH again; `undefined` when it is not there. */
export function pathRemovalAdvice(folder: string, env: NodeJS.ProcessEnv): string | undefined {
  if (!(env.PATH ?? '').split(delimiter).some((each) => each !== '' && resolve(each) === folder))
    return undefined;
  const shell = shellOf(env);
  if (shell === 'fish') {
    return `take it out of PATH: set -U fish_user_paths (string match -v ${quoted(folder)} $fish_user_paths)`;
  }
  return `take its line out of ${startFile(shell)} and open new shells: ${pathLine(folder)}`;
}

function shellOf({ SHELL = '' }: NodeJS.ProcessEnv): string {
  return basename(SHELL);
}

function pathLine(folder: string): string {
  return `export PATH=${quoted(folder)}:"$PATH"`;
}

function startFile(shell: string): string {
  if (shell === 'zsh') return '~/.zshrc';
  return shell === 'bash' ? '~/.bashrc' : '~/.profile';
}

function quoted(folder: string): string {
  return /^[\w/.+-]+$/.test(folder) ? folder : `'${folder.replaceAll("'", `'\\''`)}'`;
}

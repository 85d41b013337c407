import { type CommandTable, helpFlag } from './command-table.js';

export const shells = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof shells)[number];

export const completionTable: CommandTable = {
  name: 'completion',
  takes: shells.join('|'),
  about: "Print a shell's completions of warmdock",
  description: `Prints a script that completes the words of warmdock

  bash   warmdock completion bash >~/.local/share/bash-completion/completions/warmdock
  zsh    warmdock completion zsh >DIR/_warmdock, with DIR in fpath
  fish   warmdock completion fish >~/.config/fish/completions/warmdock.fish

Words of docker are not completed: docker's own completions hold for the shim, too.`,
  flags: [helpFlag],
  completedBy: shells,
};

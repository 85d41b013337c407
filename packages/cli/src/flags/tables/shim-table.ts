import { type CommandTable, helpFlag } from './command-table.js';
import type { Flag } from './flag.js';

const dirFlag: Flag = {
  name: 'dir',
  kind: 'string',
  about: 'The folder of the shim (default ~/.local/share/warmdock/bin)',
  completedBy: 'directory',
};
const jsonFlag: Flag = { name: 'json', kind: 'boolean', about: 'Show the status as JSON' };

export const shimTable: CommandTable = {
  name: 'shim',
  takes: 'COMMAND [OPTIONS]',
  about: "Have docker's own builds done by warmdock",
  description: 'Puts a docker in front of the real one that hands builds to warmdock',
  flags: [dirFlag, jsonFlag, helpFlag],
  commands: [
    { name: 'install', takes: '[OPTIONS]', about: 'Install the shim', flags: [dirFlag, helpFlag] },
    { name: 'uninstall', takes: '[OPTIONS]', about: 'Remove it', flags: [dirFlag, helpFlag] },
    {
      name: 'status',
      takes: '[OPTIONS]',
      about: "Show whether it is there, and what 'docker' means",
      flags: [dirFlag, jsonFlag, helpFlag],
    },
  ],
};

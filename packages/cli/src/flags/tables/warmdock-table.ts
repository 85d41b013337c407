import { buildTable } from './build-table.js';
import { type CommandTable, helpFlag } from './command-table.js';
import { completionTable } from './completion-table.js';
import { doctorTable } from './doctor-table.js';
import { goldenTable } from './golden-table.js';
import { registryTables } from './registry-tables.js';
import { shimTable } from './shim-table.js';

/** All commands of `warmdock`. */
export const warmdockTable: CommandTable = {
  name: 'warmdock',
  takes: 'COMMAND',
  about:
    'Builds images on a shared BuildKit and loads only the missing layers into the local Docker daemon.',
  flags: [helpFlag, { name: 'version', short: 'v', kind: 'boolean', about: 'Show the version' }],
  commands: [
    buildTable,
    completionTable,
    doctorTable,
    goldenTable,
    {
      name: 'help',
      takes: '[COMMAND...] | environment',
      about: 'Show the help of a command, or the environment variables that count',
      flags: [],
    },
    shimTable,
    { name: 'version', takes: '', about: 'Show the version', flags: [] },
    ...registryTables,
  ].sort((a, b) => a.name.localeCompare(b.name)),
};

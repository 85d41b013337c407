import { type CommandTable, helpFlag } from './command-table.js';

export const doctorTable: CommandTable = {
  name: 'doctor',
  takes: '[OPTIONS]',
  about: 'Check what builds here depend on',
  description:
    'Checks what builds here depend on; exits with 1 when something does not work, a warning is no failure',
  flags: [
    {
      name: 'builder',
      kind: 'string',
      about: 'Builder by name, or by address (tcp://, unix://, docker-container://)',
    },
    { name: 'json', kind: 'boolean', about: 'Show the findings as JSON' },
    {
      name: 'try',
      kind: 'boolean',
      about: 'Build and load an image of two tiny layers, and remove it again',
    },
    helpFlag,
  ],
};

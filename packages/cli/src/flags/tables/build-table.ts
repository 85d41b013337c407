import { buildFlags } from './build-flags.js';
import type { CommandTable } from './command-table.js';

export const buildTable: CommandTable = {
  name: 'build',
  takes: '[OPTIONS] PATH | URL | -',
  about: 'Build an image and load it',
  description: 'Build an image on a BuildKit and load it into the local Docker daemon',
  flags: buildFlags,
  completedBy: 'directory',
};

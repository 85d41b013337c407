import { buildUsage } from './flags/build-arguments.js';
import { buildFlags } from './flags/build-flags.js';
import { formatFlags } from './flags/format-flags.js';

export const mainHelp = `Usage:  warmdock COMMAND

Builds images on a shared BuildKit and loads only the missing layers into the local Docker daemon.

Commands:
  build       Build an image and load it
  doctor      Check what builds here depend on
  golden      Keep golden snapshots of Docker data roots, and start sessions from them
  shim        Have docker's own builds done by warmdock
  version     Show the version

Run 'warmdock COMMAND --help' for more information on a command.
`;

/** Help of `warmdock build`, laid out as docker's. */
export function formatBuildHelp(): string {
  return [
    `Usage:  ${buildUsage}`,
    '',
    'Build an image on a BuildKit and load it into the local Docker daemon',
    '',
    'Options:',
    ...formatFlags(buildFlags.filter(({ hidden }) => !hidden)),
    '',
  ].join('\n');
}

import { buildUsage } from './arguments/build-arguments.js';
import { buildFlags } from './arguments/build-flags.js';
import type { Flag } from './arguments/parse-flags.js';

export const mainHelp = `Usage:  warmdock COMMAND

Builds images on a shared BuildKit and loads only the missing layers into the local Docker daemon.

Commands:
  build       Build an image and load it
  doctor      Check what builds here depend on
  shim        Have docker's own builds done by warmdock
  version     Show the version

Run 'warmdock COMMAND --help' for more information on a command.
`;

const takes = { boolean: '', string: 'string', list: 'stringArray', csv: 'strings' };

/** Help of `warmdock build`, laid out as docker's. */
export function formatBuildHelp(): string {
  const shown = buildFlags.filter(({ hidden }) => !hidden);
  const width = Math.max(...shown.map((flag) => flagColumn(flag).length));
  const options = shown.map((flag) => `  ${flagColumn(flag).padEnd(width)}   ${flag.about}`);
  return [
    `Usage:  ${buildUsage}`,
    '',
    'Build an image on a BuildKit and load it into the local Docker daemon',
    '',
    'Options:',
    ...options,
    '',
  ].join('\n');
}

function flagColumn({ name, short, kind }: Flag): string {
  return `${short ? `-${short}, ` : '    '}--${name} ${takes[kind]}`.trimEnd();
}

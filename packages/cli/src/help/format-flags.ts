import type { Flag } from '../flags/tables/flag.js';

const takes = { boolean: '', string: 'string', list: 'stringArray', csv: 'strings' };

/** One line of help for each flag, laid out as docker's. */
export function formatFlags(flags: readonly Flag[]): string[] {
  const width = Math.max(...flags.map((flag) => flagColumn(flag).length));
  return flags.map((flag) => `  ${flagColumn(flag).padEnd(width)}   ${flag.about}`);
}

function flagColumn({ name, short, kind }: Flag): string {
  return `${short ? `-${short}, ` : '    '}--${name} ${takes[kind]}`.trimEnd();
}

import type { StoreListing, Usage } from '@warmdock/golden';
import { formatSize } from '../../display/format.js';
import { formatAge } from '../age.js';
import { goldenCommand } from '../command.js';
import { formatTable, formatTableOf } from '../table.js';

export const list = goldenCommand({
  takes: '[OPTIONS]',
  about: 'Show projects and sessions',
  flags: [{ name: 'usage', kind: 'boolean', about: 'Add up what lies on disk, file by file' }],
  makesStore: false,
  read(line) {
    line.words();
    return { withUsage: line.isOn('usage') };
  },
  async run({ withUsage }, { store, signal }) {
    const { root, strategy, reason } = store;
    const { projects, sessions } = await store.list({ signal });
    const usage = withUsage ? await store.usage({ signal }) : undefined;
    const head = formatTable([
      ['store', root],
      ['strategy', strategy],
      ['chosen', reason],
    ]);
    return {
      json: { store: root, strategy, reason, projects, sessions, usage },
      text: [head, formatListing({ projects, sessions }, usage)].filter(Boolean).join('\n'),
    };
  },
});

export function formatListing(
  { projects, sessions }: StoreListing,
  usage: Usage | undefined,
  nowMs?: number,
): string {
  const own = new Map(usage?.sessions.map(({ session, uniqueBytes }) => [session, uniqueBytes]));
  const projectRows = projects.map((project) => [
    project.project,
    String(project.current ?? 'none'),
    project.generations.join(', ') || 'none',
    String(project.sessions.length),
  ]);
  const sessionRows = sessions.map(({ session, project, generation, createdAt, dataRoot }) => [
    session,
    project,
    String(generation ?? 'nothing'),
    formatAge(createdAt, nowMs),
    ...(usage ? [sizeOf(own.get(session))] : []),
    dataRoot,
  ]);
  const made = usage ? ['MADE', 'OWN SIZE'] : ['MADE'];
  return [
    formatTableOf(['PROJECT', 'GOLDEN', 'GENERATIONS', 'SESSIONS'], projectRows),
    formatTableOf(['SESSION', 'PROJECT', 'FROM', ...made, 'DATA ROOT'], sessionRows),
    usage ? formatUsage(usage) : '',
  ]
    .filter(Boolean)
    .join('\n');
}

function formatUsage({ apparentBytes, sharedBytes }: Usage): string {
  return formatTable([
    ['all daemons see', formatSize(apparentBytes)],
    ['shared, on disk once', formatSize(sharedBytes)],
  ]);
}

function sizeOf(sizeBytes: number | undefined): string {
  return sizeBytes === undefined ? 'unknown' : formatSize(sizeBytes);
}
